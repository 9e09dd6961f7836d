#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""pywinrm_client.py basic|ntlm PORT COUNT REQUEST-FILE: Debian's pywinrm fetching what get_instance fetches.

pywinrm knows shells only and has no Get of an instance. What is measured is the part of it that any request goes through,
Protocol.send_message with the body that our client sends (its own headers, one kept connection; with ntlm every message
sealed), and then what its own code does with a reply: ElementTree.fromstring and a walk over the elements, here into a dict.
Names, types and nulls of properties are not told apart, as our client does.
"""
import sys
import time
from xml.etree import ElementTree

from winrm.protocol import Protocol

PROPERTIES = 39
BODY = "{http://www.w3.org/2003/05/soap-envelope}Body"


def memory_kb(line):
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(text.split()[1]) for text in status if text.startswith(line))


def main():
    auth, port, count, path = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    user = {"basic": "monitor", "ntlm": "DOM\\bob"}[auth]
    with open(path, "rb") as file:
        request = file.read()
    protocol = Protocol("http://127.0.0.1:%s/wsman" % port, transport=auth, username=user, password="secret",
                        message_encryption={"basic": "never", "ntlm": "always"}[auth])
    warm_ns = 0
    for number in range(1, count + 1):
        reply = protocol.send_message(request)
        instance = ElementTree.fromstring(reply).find(BODY)[0]
        properties = {element.tag.rsplit("}", 1)[-1]: element.text for element in instance}
        if len(properties) != PROPERTIES:
            sys.exit("not the recorded properties: %r" % properties)
        if number == count // 10:
            warm_ns = time.process_time_ns()
    print("fetched %d cpu_ns %.0f peak_kb %d idle_kb 0 reply_bytes %d" % (
        count, (time.process_time_ns() - warm_ns) / (count - count // 10), memory_kb("VmHWM:"), len(reply)))


if __name__ == "__main__":
    main()
