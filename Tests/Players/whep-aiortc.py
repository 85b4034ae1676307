"""A WHEP player made of aiortc.

whep-aiortc.py URL SECTIONS PICTURE: offers SECTIONS ("audio,video,data", in that order) to URL, and writes the sixth
frame that it decodes to PICTURE, as raw RGB. Ends by itself after twenty seconds, with what went wrong.
"""

import asyncio
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription


async def play(url, sections, picture):
    peer = RTCPeerConnection()
    track = asyncio.get_running_loop().create_future()
    for section in sections.split(","):
        if section == "data":
            peer.createDataChannel("remote")
        else:
            peer.addTransceiver(section, direction="recvonly")

    @peer.on("track")
    def received(found):
        if found.kind == "video":
            track.set_result(found)

    await peer.setLocalDescription(await peer.createOffer())
    request = urllib.request.Request(
        url, peer.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
    with urllib.request.urlopen(request, timeout=10) as response:
        answer = response.read().decode()
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    video = await track
    for _ in range(6):
        frame = await video.recv()
    plane = frame.reformat(format="rgb24").planes[0]
    pixels = bytes(plane)
    with open(picture, "wb") as file:
        for row in range(frame.height):
            file.write(pixels[row * plane.line_size:][:3 * frame.width])
    print(f"{frame.width}x{frame.height}")
    await peer.close()


asyncio.run(asyncio.wait_for(play(*sys.argv[1:]), 20))
