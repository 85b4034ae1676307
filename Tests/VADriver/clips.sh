#!/bin/sh
# Makes the clips of the matrix in a folder, and in its list.tsv a line each: file, feature, seek or play.
set -eu
folder=$1
mkdir -p "$folder"
: > "$folder/list.tsv.new"
ff() { nice -n 19 ffmpeg -nostdin -v error -y -threads 2 "$@"; }

# clip FILE FEATURE MODE SIZE FRAMES then ffmpeg's arguments
clip() {
  file=$1 feature=$2 mode=$3 size=$4 frames=$5
  shift 5
  [ -s "$folder/$file" ] || ff -f lavfi -i "testsrc2=size=$size:rate=30,rotate=t/3,noise=alls=8:allf=t:all_seed=7" \
    -frames:v "$frames" -pix_fmt yuv420p "$@" "$folder/$file"
  printf '%s\t%s\t%s\n' "$file" "$feature" "$mode" >> "$folder/list.tsv.new"
}
x264() { file=$1 feature=$2 mode=$3 size=$4 frames=$5 params=$6; shift 6
  clip "$file" "$feature" "$mode" "$size" "$frames" -c:v libx264 -preset medium -x264-params "$params" "$@"; }
x265() { file=$1 feature=$2 mode=$3 size=$4 frames=$5 params=$6; shift 6
  clip "$file" "$feature" "$mode" "$size" "$frames" -c:v libx265 -preset fast -x265-params "log-level=none:pools=1:frame-threads=1:$params" "$@"; }

cqm4=6,13,20,28,14,21,27,32,22,27,33,37,28,32,37,42
cqm8=6,11,13,16,18,23,25,27,10,12,16,18,23,25,27,29,13,16,18,23,25,27,29,31,16,18,23,25,27,29,31,33
cqm8=$cqm8,19,23,25,27,29,31,33,36,24,25,27,29,31,33,36,38,26,27,29,31,33,36,38,40,28,29,31,33,36,38,40,43

x264 h264-cavlc.mp4 "CAVLC, no B" play 320x180 40 "bframes=0:keyint=20" -profile:v baseline
x264 h264-main.mp4 "CABAC, B pyramid, spatial direct" seek 320x180 60 "bframes=3:b-pyramid=normal:keyint=20:direct=spatial:8x8dct=0" -profile:v main
x264 h264-temporal.mp4 "temporal direct, 4 references" play 320x180 40 "bframes=2:direct=temporal:ref=4"
x264 h264-high.mp4 "8x8 transform, weighted P and B" play 320x180 40 "bframes=3:ref=4:weightp=2:weightb=1:8x8dct=1:keyint=25" -vf "fade=in:0:30"
x264 h264-cqm-jvt.mp4 "scaling lists, JVT" play 320x180 30 "cqm=jvt:8x8dct=1"
x264 h264-cqm.mp4 "scaling lists, lopsided" play 320x180 30 "cqm4=$cqm4:cqm8=$cqm8:8x8dct=1"
x264 h264-slices.mp4 "5 slices" play 320x180 30 "slices=5:bframes=2:ref=3"
x264 h264-cavlc-slices.mp4 "CAVLC, slices of 700 bytes" play 320x180 30 "slice-max-size=700:cabac=0:bframes=2:8x8dct=1"
x264 h264-mbaff.mp4 "MBAFF" seek 320x192 40 "tff=1:bframes=2:ref=3:keyint=15:8x8dct=1"
x264 h264-mbaff-cavlc.mp4 "MBAFF, CAVLC, slices" play 320x192 30 "bff=1:bframes=2:cabac=0:slices=3"
x264 h264-opengop.mp4 "open GOP" seek 320x180 60 "open-gop=1:bframes=3:keyint=15:scenecut=0"
x264 h264-refresh.mp4 "intra refresh, constrained intra" play 320x180 40 "intra-refresh=1:keyint=15:constrained-intra=1"
x264 h264-1080p.mp4 "1080p, cropped from 1088" play 1920x1080 12 "bframes=2:keyint=6"
x264 h264-odd.mp4 "318x178, cropped" play 318x178 20 "bframes=2"
[ -s "$folder/h264-fields.h264" ] || {
  ff -f lavfi -i "testsrc2=size=320x96:rate=60,noise=alls=8:allf=t:all_seed=7" -frames:v 60 -pix_fmt yuv420p -c:v libx264 \
    -preset fast -x264-params "cabac=0:bframes=0:ref=1:weightp=0:keyint=20:min-keyint=20:scenecut=0:8x8dct=0" \
    -bsf:v "filter_units=remove_types=6" -f h264 "$folder/fields-source.h264"
  "$2" fields "$folder/fields-source.h264" "$folder/h264-fields.h264"
}
printf '%s\t%s\t%s\n' h264-fields.h264 "field pictures (PAFF)" play >> "$folder/list.tsv.new"

x265 hevc-main.mp4 "B pyramid, WPP" seek 320x180 60 "bframes=4:b-pyramid=1:keyint=20:min-keyint=20"
x265 hevc-main10.mp4 "10 bit" seek 320x180 40 "bframes=3:keyint=20" -pix_fmt yuv420p10le
x265 hevc-opengop.mp4 "open GOP, CRA and RASL" seek 320x180 60 "open-gop=1:bframes=4:keyint=15:min-keyint=15:scenecut=0"
x265 hevc-slices.mp4 "3 slices" play 320x180 30 "slices=3"
x265 hevc-entropy.mp4 "no WPP" play 320x180 20 "wpp=0:bframes=2"
x265 hevc-weights.mp4 "weighted P and B, fade" play 320x180 40 "weightp=1:weightb=1:bframes=3" -vf "fade=in:0:30"
x265 hevc-lists.mp4 "scaling lists" play 320x180 30 "scaling-list=default"
x265 hevc-tools.mp4 "AMP, transform skip, deep TUs, sign hiding" play 320x180 20 "rect=1:amp=1:tskip=1:tu-intra-depth=3:tu-inter-depth=3:signhide=1:rd=4:ctu=32:min-cu-size=8"
x265 hevc-lossless.mp4 "lossless blocks" play 320x180 15 "cu-lossless=1:rd=4"
x265 hevc-layers.mp4 "temporal layers" play 320x180 40 "temporal-layers=3:bframes=3"
x265 hevc-1080p.mp4 "1080p, several references" play 1920x1080 8 "ref=4:bframes=3"
[ -s "$folder/hevc-lopsided.mp4" ] || {
  python3 - "$folder/lists.txt" <<'LISTS'
import sys, random
random.seed(3)
rows = []
for size, count in ((4, 16), (8, 64), (16, 64), (32, 64)):
    names = ["INTRA%dX%d_%s", "INTER%dX%d_%s"]
    for kind in ("INTRA", "INTER"):
        for plane in ("LUMA", "CHROMAU", "CHROMAV"):
            if size == 32 and plane != "LUMA":
                continue
            rows.append("%s%dX%d_%s =" % (kind, size, size, plane))
            rows.append(",".join(str(8 + random.randrange(40)) for _ in range(count)) + ",")
            if size >= 16:
                rows.append("%s%dX%d_%s_DC =" % (kind, size, size, plane))
                rows.append("%d," % (8 + random.randrange(20)))
open(sys.argv[1], "w").write("\n".join(rows) + "\n")
LISTS
}
x265 hevc-lopsided.mp4 "scaling lists, lopsided" play 320x180 20 "scaling-list=$folder/lists.txt"
[ -s "$folder/hevc-sets.hevc" ] || {
  ff -f lavfi -i "testsrc2=size=320x180:rate=30,rotate=t/3,noise=alls=8:allf=t:all_seed=7" -frames:v 60 -pix_fmt yuv420p \
    -c:v libx265 -preset fast -x265-params "log-level=none:pools=1:frame-threads=1:wpp=0:weightp=0:keyint=60:bframes=4:ref=5:aud=0:info=0" \
    -f hevc "$folder/sets-source.hevc"
  python3 "$(dirname "$0")/reference_sets.py" "$folder/sets-source.hevc" "$folder/hevc-sets.hevc"
}
printf '%s\t%s\t%s\n' hevc-sets.hevc "reference sets in the SPS, long-term" play >> "$folder/list.tsv.new"

# joined FILE FEATURE FORMAT PART PART: one stream behind the other, with other parameters from a key frame on
joined() {
  [ -s "$folder/$1" ] || {
    : > "$folder/$1.new"
    for part in "$4" "$5"; do ff -i "$folder/$part" -c copy -f "$3" - >> "$folder/$1.new"; done
    mv "$folder/$1.new" "$folder/$1"
  }
  printf '%s\t%s\tplay\n' "$1" "$2" >> "$folder/list.tsv.new"
}
joined h264-sizes.h264 "another size, then interlaced" h264 h264-1080p.mp4 h264-mbaff.mp4
joined hevc-depths.hevc "10 bit after 8 bit" hevc hevc-main.mp4 hevc-main10.mp4

clip vp8.webm "golden and alt-ref, hidden frames" seek 320x180 60 -c:v libvpx -b:v 300k -auto-alt-ref 1 -lag-in-frames 12 -g 30 -cpu-used 4
clip vp8-partitions.webm "8 partitions, error resilient" play 320x180 30 -c:v libvpx -b:v 300k -slices 8 -error-resilient 1 -cpu-used 4
clip vp8-odd.webm "175x143" play 175x143 30 -c:v libvpx -b:v 200k -cpu-used 4
clip vp9.webm "alt-ref, hidden frames" seek 320x180 60 -c:v libvpx-vp9 -b:v 300k -auto-alt-ref 1 -lag-in-frames 16 -g 30 -cpu-used 5
clip vp9-10.webm "profile 2, 10 bit" seek 320x180 30 -c:v libvpx-vp9 -b:v 300k -pix_fmt yuv420p10le -cpu-used 5 -g 15
clip vp9-tiles.webm "1080p, 4 tile columns" play 1920x1080 8 -c:v libvpx-vp9 -b:v 2M -tile-columns 2 -cpu-used 8 -deadline realtime
clip vp9-odd.webm "175x143, lossless" play 175x143 15 -c:v libvpx-vp9 -lossless 1 -cpu-used 5
clip av1-svt.mp4 "SVT-AV1, pyramid" seek 320x180 40 -c:v libsvtav1 -preset 10 -crf 40 -g 20
clip av1-aom.mp4 "libaom, all tools" seek 320x180 30 -c:v libaom-av1 -cpu-used 5 -crf 35 -g 15 -lag-in-frames 15 -strict experimental
# aom FILE FEATURE MODE FRAMES then aomenc's arguments; vpx likewise. Both tools are Debian's aom-tools and vpx-tools.
source_of() {
  y4m=$folder/$1-$2.y4m
  [ -s "$y4m" ] || ff -f lavfi -i "testsrc2=size=$1:rate=30,rotate=t/3,noise=alls=8:allf=t:all_seed=7" -frames:v "$2" \
    -pix_fmt yuv420p "$y4m"
}
aom() { file=$1 feature=$2 mode=$3 frames=$4; shift 4; tool "$file" "$feature" "$mode" "$frames" aomenc --cpu-used=5 "$@"; }
vpx() { file=$1 feature=$2 mode=$3 frames=$4; shift 4; tool "$file" "$feature" "$mode" "$frames" vpxenc "$@"; }
size=320x180
tool() {
  file=$1 feature=$2 mode=$3 frames=$4
  shift 4
  [ -s "$folder/$file" ] || {
    source_of "$size" "$frames"
    program=$1
    shift
    nice -n 19 "$program" "$@" --threads=1 --limit="$frames" -q --ivf -o "$folder/$file" "$y4m" > /dev/null
  }
  printf '%s\t%s\t%s\n' "$file" "$feature" "$mode" >> "$folder/list.tsv.new"
}
aom av1-altref.ivf "hidden frames, compound" seek 50 --passes=2 --lag-in-frames=25 --kf-max-dist=25 --target-bitrate=200
aom av1-superres.ivf "superres" play 15 --passes=1 --superres-mode=1 --superres-denominator=13 --target-bitrate=200
aom av1-resize.ivf "references of another size" play 30 --passes=1 --rt --resize-mode=2 --target-bitrate=100
aom av1-qm.ivf "quantiser matrices, segments" play 20 --passes=1 --enable-qm=1 --aq-mode=1 --target-bitrate=200
aom av1-resilient.ivf "error resilient" play 15 --passes=1 --error-resilient=1 --target-bitrate=200
aom av1-fwd.ivf "forward key frames" play 50 --passes=2 --enable-fwd-kf=1 --kf-max-dist=20 --lag-in-frames=25 --target-bitrate=200
aom av1-lossless.ivf "lossless" play 8 --passes=1 --lossless=1
aom av1-screen.ivf "screen content, palettes, block copy" play 10 --passes=1 --tune-content=screen --target-bitrate=200
aom av1-sb64.ivf "blocks of 64, restoration" play 10 --passes=1 --sb-size=64 --enable-restoration=1 --target-bitrate=100
size=640x360
vpx vp9-resize.ivf "another size without a key frame" play 100 --codec=vp9 --rt --passes=1 --end-usage=cbr --resize-allowed=1 \
  --target-bitrate=40 --buf-sz=400 --buf-initial-sz=200 --buf-optimal-sz=300 --cpu-used=8 --lag-in-frames=0
clip av1-aom-10.mp4 "10 bit" play 320x180 15 -c:v libaom-av1 -cpu-used 6 -crf 35 -pix_fmt yuv420p10le -strict experimental
clip av1-tiles.mp4 "2x2 tiles, real time" play 640x360 15 -c:v libaom-av1 -cpu-used 8 -usage realtime -tiles 2x2 -b:v 500k -strict experimental
clip av1-grain.mp4 "film grain" play 320x180 15 -c:v libsvtav1 -preset 10 -crf 40 -svtav1-params film-grain=8
mv "$folder/list.tsv.new" "$folder/list.tsv"
