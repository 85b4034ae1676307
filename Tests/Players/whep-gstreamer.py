"""A WHEP player made of GStreamer's webrtcbin.

whep-gstreamer.py URL SECTIONS PICTURE: offers SECTIONS ("audio,video,data", in that order) to URL, and writes the sixth
frame that it decodes to PICTURE, as raw RGB. Ends by itself after twenty seconds, with what went wrong.
"""

import sys
import urllib.request

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstSdp", "1.0")
gi.require_version("GstWebRTC", "1.0")
from gi.repository import GLib, Gst, GstSdp, GstWebRTC

CAPS = {
    "audio": "application/x-rtp,media=audio,encoding-name=OPUS,payload=97,clock-rate=48000,encoding-params=(string)2",
    "video": "application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000",
}
DECODER = "rtpvp8depay ! vp8dec ! videoconvert ! video/x-raw,format=RGB ! appsink name=sink emit-signals=true"


class Player:
    def __init__(self, url, sections, picture):
        self.url, self.picture, self.count, self.failure = url, picture, 0, "nothing was decoded in time"
        self.loop = GLib.MainLoop()
        self.pipeline = Gst.Pipeline()
        self.peer = Gst.ElementFactory.make("webrtcbin")
        self.peer.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self.pipeline.add(self.peer)
        self.peer.connect("pad-added", self.pad_added)
        self.peer.connect("notify::ice-gathering-state", self.gathered)
        self.pipeline.get_bus().add_signal_watch()
        self.pipeline.get_bus().connect("message::error", lambda _, message: self.end(str(message.parse_error())))
        self.pipeline.set_state(Gst.State.READY)
        for section in sections.split(","):
            if section == "data":
                self.channel = self.peer.emit("create-data-channel", "remote", None)
            else:
                self.peer.emit(
                    "add-transceiver", GstWebRTC.WebRTCRTPTransceiverDirection.RECVONLY,
                    Gst.Caps.from_string(CAPS[section]))
        self.pipeline.set_state(Gst.State.PLAYING)
        self.peer.emit("create-offer", None, Gst.Promise.new_with_change_func(self.offered))

    def offered(self, promise, *_):
        # The offer lives in the reply.
        reply = promise.get_reply()
        self.peer.emit("set-local-description", reply.get_value("offer"), Gst.Promise.new())

    def gathered(self, *_):
        if self.peer.get_property("ice-gathering-state") == GstWebRTC.WebRTCICEGatheringState.COMPLETE:
            GLib.idle_add(self.join)

    def join(self):
        description = self.peer.get_property("local-description")
        offer = description.sdp.as_text().encode()
        try:
            request = urllib.request.Request(self.url, offer, {"Content-Type": "application/sdp"})
            with urllib.request.urlopen(request, timeout=10) as response:
                _, message = GstSdp.SDPMessage.new_from_text(response.read().decode())
        except OSError as error:
            return self.end(str(error))
        answer = GstWebRTC.WebRTCSessionDescription.new(GstWebRTC.WebRTCSDPType.ANSWER, message)
        self.peer.emit("set-remote-description", answer, Gst.Promise.new_with_change_func(self.answered))

    def answered(self, promise, *_):
        reply = promise.get_reply()
        error = reply.get_value("error") if reply and reply.has_field("error") else None
        if error:
            self.end(error.message)

    def pad_added(self, _, pad):
        caps = pad.get_current_caps() or pad.query_caps(None)
        if "video" not in caps.to_string():
            return
        decoder = Gst.parse_bin_from_description(DECODER, True)
        decoder.get_by_name("sink").connect("new-sample", self.decoded)
        self.pipeline.add(decoder)
        decoder.sync_state_with_parent()
        pad.link(decoder.get_static_pad("sink"))

    def decoded(self, sink):
        sample = sink.emit("pull-sample")
        self.count += 1
        if self.count == 6:
            caps = sample.get_caps().get_structure(0)
            width, height = caps.get_value("width"), caps.get_value("height")
            pixels = sample.get_buffer().extract_dup(0, sample.get_buffer().get_size())
            stride = len(pixels) // height
            with open(self.picture, "wb") as file:
                for row in range(height):
                    file.write(pixels[row * stride:][:3 * width])
            print(f"{width}x{height}")
            self.end(None)
        return Gst.FlowReturn.OK

    def end(self, failure):
        self.failure = failure
        self.loop.quit()

    def run(self):
        GLib.timeout_add_seconds(20, self.loop.quit)
        self.loop.run()
        self.pipeline.set_state(Gst.State.NULL)
        sys.exit(self.failure)


Gst.init(None)
Player(*sys.argv[1:]).run()
