/// Makes a clip of field pictures, which no free encoder makes.
#pragma once

/// From a byte stream of libx264's (CAVLC, no B pictures, one reference) each two pictures become the fields of one
/// frame of twice the height: the slice data stays, the headers are new. What it shows is not pretty, since fields
/// have another scan, but it is a stream like any other. 0 when it is done.
int make_fields(const char *from, const char *to);
