"""What schemathesis has to be told to speak to Cupola."""

import schemathesis

# A session description is sent as the text that it is.
schemathesis.serializer.alias("application/sdp", "text/plain")
