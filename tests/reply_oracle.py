#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second opinion on replies: what ElementTree finds in them, in the canonical text of tests/wsman_fixture.h.

reply_oracle.py FILE...    Each file begins with `== NAME`; each instance (every item of an enumeration) or fault follows.
A file that is no XML says `not XML`, one that holds neither `nothing`.

Knows recorded replies only: untyped properties, xsi:nil, datetimes, intervals, references, repeated siblings.
"""
import os
import re
import sys
import xml.etree.ElementTree as ET

SOAP = "http://www.w3.org/2003/05/soap-envelope"
ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
WSMAN = "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
MICROSOFT = "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
FAULT = "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
WMI = "http://schemas.microsoft.com/wbem/wsman/1/wmi/"


def local(element):
    return element.tag.rsplit("}", 1)[-1]


def space(element):
    return element.tag[1:].split("}")[0] if element.tag.startswith("{") else None


def fold(text):
    return " ".join((text or "").split())


def escape(text):
    return "".join("\\\\" if c == "\\" else "\\x%02x" % ord(c) if c < " " else c for c in text)


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fraction(digits):
    digits = (digits or "").rstrip("0")
    return "." + digits if digits else ""


def datetime(text):
    text = text.strip()
    interval = re.fullmatch(r"P(\d+)DT(\d+)H(\d+)M(\d+)(?:\.(\d{1,6}))?S", text)
    if interval:
        days, hours, minutes, seconds = (int(part) for part in interval.groups()[:4])
        return "P%dDT%dH%dM%d%sS" % (days, hours, minutes, seconds, fraction(interval[5]))
    stamp = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)", text)
    offset = "Z" if stamp[3][1:] == "00:00" else stamp[3]
    return stamp[1] + fraction(stamp[2]) + offset


def reference(element):
    uri = next(child for child in element.iter() if local(child) == "ResourceURI").text.strip()
    path, keys = uri.rsplit("/", 1)[-1], []
    scope = uri[len(WMI):].rsplit("/", 1)[0] if uri.startswith(WMI) else None
    for selector in (child for child in element.iter() if local(child) == "Selector"):
        if selector.get("Name") == "__cimnamespace":
            scope = selector.text
        else:
            keys.append("%s=%s" % (selector.get("Name"), quote(selector.text or "")))
    return (scope + ":" if scope else "") + path + "." + ",".join(keys)


def value(element):
    """(type, text), text None for a null."""
    if element.get("{%s}nil" % XSI) == "true":
        array = "[]" if element.get("{%s}IsNullArray" % MICROSOFT) == "true" else ""
        return "string" + array, None
    if len(element) == 0:
        return "string", element.text or ""
    if local(element[0]) in ("Datetime", "Interval"):
        return "datetime", datetime(element[0].text)
    if space(element[0]) == ADDRESSING:
        return "reference", reference(element)
    raise ValueError("%s holds what no recorded reply held" % element.tag)


def print_instance(element):
    uri = space(element)
    scope = uri[len(WMI):].rsplit("/", 1)[0] if uri.startswith(WMI) else "-"
    print("instance %s %s" % (local(element), scope))
    found = {}
    for child in element:
        found.setdefault(local(child), []).append(value(child))
    for name, values in found.items():
        array = "[]" if len(values) > 1 else ""
        for kind, text in values:
            print("%s\t%s%s\t%s" % (name, kind, array, "(null)" if text is None else "=" + escape(text)))


def print_fault(fault, header):
    # In the order of the document; only an element without children has a text of its own.
    leaves = [element for element in fault.iter() if len(element) == 0 and fold(element.text)]

    def named(name, uri=None):
        return [fold(leaf.text) for leaf in leaves if local(leaf) == name and uri in (None, space(leaf))]

    def first(name, otherwise=""):
        return (named(name) + [otherwise])[0]

    codes = [text.split(":")[-1] for text in named("Value", SOAP)]
    faults = [int(element.get("Code")) for element in fault.iter("{%s}WSManFault" % FAULT)]
    providers = [fold(element.get("provider")) for element in fault.iter("{%s}ProviderFault" % FAULT)]
    sentences = (named("Message", FAULT) + named("ProviderFault", FAULT) +
                 [fold(leaf.text) for leaf in leaves if local(leaf) == "Message" and space(leaf) != FAULT] +
                 named("Description") + named("error_WindowsErrorMessage") + named("Text", SOAP))
    understood = header.find("{%s}NotUnderstood" % SOAP) if header is not None else None
    print("fault %s/%s" % (codes[0], codes[-1] if len(codes) > 1 else ""))
    print("codes outer=%d inner=%d error=%s" % (faults[0] if faults else 0, faults[-1] if len(faults) > 1 else 0,
                                                first("error_Code", "0")))
    print("cim_status " + first("CIMStatusCode", "-1"))
    print("error_category " + first("error_Category", "-1"))
    print("message_id " + first("MessageID"))
    print("fault_detail " + first("FaultDetail"))
    print("provider " + (providers + named("ProviderName") + [""])[0])
    print("not_understood " + (understood.get("qname").split(":")[-1] if understood is not None else ""))
    print("sentence " + sentences[0])


def instances(body):
    for element in body:
        items = [child for child in element if local(child) == "Items"]
        if not items and space(element) is not None and "CLASS" not in element.tag and not local(element).endswith("Response"):
            yield element
        for item in (child for group in items for child in group):
            yield item[0] if local(item) == "Item" else item


def main():
    for path in sys.argv[1:]:
        print("== " + os.path.basename(path))
        try:
            root = ET.parse(path).getroot()
        except ET.ParseError:
            print("not XML")
            continue
        body = root.find("{%s}Body" % SOAP)
        fault = body.find("{%s}Fault" % SOAP)
        found = list(instances(body)) if fault is None else []
        if fault is not None:
            print_fault(fault, root.find("{%s}Header" % SOAP))
        elif not found:
            print("nothing")
        for instance in found:
            print_instance(instance)


if __name__ == "__main__":
    main()
