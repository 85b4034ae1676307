// A WHEP player made of Pion.
//
// whep-pion URL SECTIONS FILE [SECONDS]: offers SECTIONS ("audio,video,data", in that order) to URL, and writes the H.264
// of so many seconds, two if it is not said, to FILE. Ends by itself eighteen seconds after that, with what went wrong.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pion/webrtc/v3"
	"github.com/pion/webrtc/v3/pkg/media/h264writer"
)

func main() {
	seconds := 2
	if len(os.Args) > 4 {
		var err error
		seconds, err = strconv.Atoi(os.Args[4])
		fail(err)
	}
	time.AfterFunc(time.Duration(seconds+18)*time.Second, func() { fail(fmt.Errorf("nothing was received in time")) })
	peer, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	fail(err)
	for _, section := range strings.Split(os.Args[2], ",") {
		switch section {
		case "data":
			_, err = peer.CreateDataChannel("remote", nil)
		case "audio":
			err = receive(peer, webrtc.RTPCodecTypeAudio)
		case "video":
			err = receive(peer, webrtc.RTPCodecTypeVideo)
		}
		fail(err)
	}
	tracks := make(chan *webrtc.TrackRemote, 8)
	peer.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) { tracks <- track })
	offer, err := peer.CreateOffer(nil)
	fail(err)
	gathered := webrtc.GatheringCompletePromise(peer)
	fail(peer.SetLocalDescription(offer))
	<-gathered

	response, err := http.Post(os.Args[1], "application/sdp", bytes.NewBufferString(peer.LocalDescription().SDP))
	fail(err)
	answer, err := io.ReadAll(response.Body)
	fail(err)
	if response.StatusCode != http.StatusCreated {
		fail(fmt.Errorf("%d %s", response.StatusCode, answer))
	}
	fail(peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: string(answer)}))

	track := <-tracks
	file, err := h264writer.New(os.Args[3])
	fail(err)
	packet, _, err := track.ReadRTP()
	fail(err)
	for first := packet.Timestamp; packet.Timestamp-first < uint32(seconds)*track.Codec().ClockRate; {
		fail(file.WriteRTP(packet))
		packet, _, err = track.ReadRTP()
		fail(err)
	}
	fail(file.Close())
	fmt.Println(track.Codec().MimeType)
	fail(peer.Close())
}

func receive(peer *webrtc.PeerConnection, kind webrtc.RTPCodecType) error {
	_, err := peer.AddTransceiverFromKind(
		kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly})
	return err
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
