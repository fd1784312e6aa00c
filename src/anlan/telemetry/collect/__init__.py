"""`anlan collect`: a small process beside the plant that reads devices and sends what they say.

`config` what to read, `opcua`, `modbus` and `files` the ways to read, `buffer` what is not sent
yet, on disk, and `sender` the line to the door. A line that is down costs nothing but time: values
are kept with the source's time and sent in order once it is back.
"""
