#!/usr/bin/env python3
"""Makes an HEVC clip with what x265 does not write: reference picture sets that slices name by number, and long-term
references, some of them from the sequence parameter set.

    reference_sets.py FROM.hevc TO.hevc

FROM is x265's: one slice a picture, one IDR, no weights, no WPP. The slice data stays; headers are new. Pictures whose
order count is a multiple of eight are long-term references wherever they are referred to, so other motion vectors
come out and the picture is not pretty; it is a stream like any other.
"""
import sys


class Reader:
    def __init__(self, data):
        self.bits = "".join(f"{byte:08b}" for byte in data)
        self.at = 0

    def u(self, count):
        value = int(self.bits[self.at:self.at + count] or "0", 2)
        self.at += count
        return value

    def ue(self):
        zeros = self.bits.index("1", self.at) - self.at
        self.at += zeros
        return self.u(zeros + 1) - 1

    def se(self):
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)


def u(count, value):
    return f"{value:0{count}b}" if count else ""


def ue(value):
    code = f"{value + 1:b}"
    return "0" * (len(code) - 1) + code


def unescape(nal):
    out, zeros = bytearray(), 0
    for byte in nal:
        if zeros >= 2 and byte == 3:
            zeros = 0
            continue
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def escape(rbsp):
    out, zeros = bytearray(), 0
    for byte in rbsp:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def to_bytes(bits):
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def short_term_set(before, after, numbered):
    text = ("0" if numbered else "") + ue(len(before)) + ue(len(after))
    for group in (before, after):
        last = 0
        for delta, used in group:
            text += ue(abs(delta - last) - 1) + u(1, used)
            last = delta
    return text


class Sequence:
    def read_sps(self, rbsp):
        r = self.sps = Reader(rbsp)
        r.u(16 + 4)
        assert r.u(3) == 0
        r.u(1 + 96)
        r.ue()
        assert r.ue() == 1
        r.ue(), r.ue()
        if r.u(1):
            [r.ue() for _ in range(4)]
        r.ue(), r.ue()
        self.lsb_bits = r.ue() + 4
        r.u(1)
        [r.ue() for _ in range(3 + 6)]
        assert r.u(1) == 0  # scaling lists
        r.u(1)
        self.sao = r.u(1)
        assert r.u(1) == 0  # PCM
        self.sets_at = r.at
        assert r.ue() == 0 and r.u(1) == 0  # neither sets nor long-term pictures
        self.rest_at = r.at
        self.temporal_mvp = r.u(1)

    def read_pps(self, rbsp):
        r = Reader(rbsp)
        r.u(16)
        r.ue(), r.ue()
        assert r.u(1) == 0 and r.u(1) == 0 and r.u(3) == 0
        r.u(1)
        self.cabac_init = r.u(1)
        self.default_counts = [r.ue() + 1, r.ue() + 1]
        r.se()
        r.u(2)
        if r.u(1):
            r.ue()
        r.se(), r.se()
        self.chroma_offsets = r.u(1)
        assert r.u(2) == 0  # weights
        r.u(1)
        assert r.u(2) == 0  # tiles, WPP
        self.across = r.u(1)
        self.override = self.disabled = 0
        if r.u(1):
            self.override, self.disabled = r.u(1), r.u(1)
            if not self.disabled:
                r.se(), r.se()
        assert r.u(1) == 0 and r.u(1) == 0  # scaling lists, list modification
        r.ue()
        assert r.u(1) == 0

    def read_slice(self, rbsp):
        """The header's bits before and after the set, the set, the order count, and the data."""
        r = Reader(rbsp[:200])
        kind = r.u(16) >> 9 & 63
        assert r.u(1)
        if 16 <= kind <= 23:
            r.u(1)
        r.ue()
        slice_type = r.ue()  # 0 B, 1 P, 2 I
        if kind in (19, 20):
            return None
        order = r.u(self.lsb_bits)
        set_at = r.at
        assert r.u(1) == 0
        counts, groups = (r.ue(), r.ue()), []
        for sign, count in zip((-1, 1), counts):
            delta, group = 0, []
            for _ in range(count):
                delta += sign * (r.ue() + 1)
                group.append((delta, r.u(1)))
            groups.append(group)
        set_end = r.at
        mvp = self.temporal_mvp and r.u(1)
        sao = [r.u(1), r.u(1)] if self.sao else [0, 0]
        if slice_type != 2:
            active = list(self.default_counts)
            if r.u(1):
                active[0] = r.ue() + 1
                if slice_type == 0:
                    active[1] = r.ue() + 1
            if slice_type == 0:
                r.u(1)
            if self.cabac_init:
                r.u(1)
            if mvp:
                first = r.u(1) if slice_type == 0 else 1
                if active[0 if first else 1] > 1:
                    r.ue()
            r.ue()
        r.se()
        if self.chroma_offsets:
            r.se(), r.se()
        overrides = self.override and r.u(1)
        disabled = self.disabled
        if overrides:
            disabled = r.u(1)
            if not disabled:
                r.se(), r.se()
        if self.across and (sao[0] or sao[1] or not disabled):
            r.u(1)
        end = r.at
        data = rbsp[end // 8 + 1:]
        return r.bits[:set_at], r.bits[set_end:end], order, groups, data


def split_long_term(order, groups):
    long_term = [(order + delta, used) for group in groups for delta, used in group if (order + delta) % 8 == 0]
    return [[(d, used) for d, used in group if (order + d) % 8] for group in groups], long_term


def main():
    stream = open(sys.argv[1], "rb").read().replace(b"\0\0\0\1", b"\0\0\1")
    nals = [unescape(nal.rstrip(b"\0")) for nal in stream.split(b"\0\0\1")[1:]]
    sequence, slices = Sequence(), {}
    for number, nal in enumerate(nals):
        kind = nal[0] >> 1 & 63
        if kind == 33:
            sequence.read_sps(nal)
        elif kind == 34:
            sequence.read_pps(nal)
        elif kind < 32:
            slices[number] = sequence.read_slice(nal)
    sets = []
    for parts in slices.values():
        if parts:
            groups, _ = split_long_term(parts[2], parts[3])
            if groups not in sets and len(sets) < 9:
                sets.append(groups)
    lsb_bits, table = sequence.lsb_bits, [(0, 1), (16, 1), (24, 0), (8, 1), (32, 0)]
    index_bits = (len(table) - 1).bit_length()
    out, by_number, from_table, explicit = bytearray(), 0, 0, 0
    for number, nal in enumerate(nals):
        kind = nal[0] >> 1 & 63
        if kind == 33:
            bits = sequence.sps.bits[:sequence.sets_at] + ue(len(sets))
            for i, groups in enumerate(sets):
                bits += short_term_set(groups[0], groups[1], i > 0)
            bits += "1" + ue(len(table)) + "".join(u(lsb_bits, lsb) + u(1, used) for lsb, used in table)
            nal = to_bytes((bits + sequence.sps.bits[sequence.rest_at:]).rstrip("0")[:-1])
        elif kind < 32 and slices[number]:
            before, after, order, groups, data = slices[number]
            groups, long_term = split_long_term(order, groups)
            if groups in sets:
                text = "1" + u((len(sets) - 1).bit_length(), sets.index(groups))
                by_number += 1
            else:
                text = "0" + short_term_set(groups[0], groups[1], True)
            # One from the table at most: the order of several is not for the driver to know.
            from_sps = [entry for entry in long_term if entry in table][:1]
            others = [entry for entry in long_term if entry not in from_sps]
            from_table += len(from_sps)
            explicit += len(others)
            text += ue(len(from_sps)) + ue(len(others))
            for entry in from_sps:
                text += u(index_bits, table.index(entry)) + "0"
            for i, (lsb, used) in enumerate(others):
                text += u(lsb_bits, lsb) + u(1, used) + ("1" + ue(0) if i == 0 and not from_sps else "0")
            nal = to_bytes(before + text + after) + data
        out += b"\0\0\0\1" + escape(nal)
    open(sys.argv[2], "wb").write(out)
    assert by_number and from_table and explicit, (by_number, from_table, explicit)


main()
