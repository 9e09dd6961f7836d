#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second opinion on class declarations: what ElementTree finds in the CIM-XML of a reply, in the canonical text of
tests/test_wsman_class.c.

class_oracle.py FILE...    One class after another.
"""
import sys
import xml.etree.ElementTree as ET


def item(kind, text):
    text = text or ""
    if kind == "boolean":
        return text.strip().lower()
    if kind.startswith(("uint", "sint")):
        return str(int(text))
    return text


def values(element, kind):
    """The texts of VALUE or VALUE.ARRAY inside, None where there is neither."""
    array = element.find("VALUE.ARRAY")
    if array is not None:
        return [item(kind, value.text) for value in array.findall("VALUE")]
    value = element.find("VALUE")
    return None if value is None else [item(kind, value.text)]


def flavor(element):
    words = ["override" if element.get("OVERRIDABLE", "true") == "true" else "final",
             "tosubclass" if element.get("TOSUBCLASS", "true") == "true" else "restricted"]
    if element.get("TRANSLATABLE") == "true":
        words.append("translatable")
    return " ".join(words)


def print_qualifiers(element):
    for qualifier in element.findall("QUALIFIER"):
        kind = qualifier.get("TYPE")
        found = values(qualifier, kind)
        array = "[]" if qualifier.find("VALUE.ARRAY") is not None else ""
        print("  qualifier %s %s%s %s" % (qualifier.get("NAME"), kind, array, flavor(qualifier)))
        for text in found if found is not None else []:
            print("    =%s" % text)


def is_key(element):
    return any(qualifier.get("NAME").lower() == "key" and qualifier.findtext("VALUE").lower() == "true"
               for qualifier in element.findall("QUALIFIER"))


def print_property(element):
    kind = "reference" if element.tag == "PROPERTY.REFERENCE" else element.get("TYPE")
    array = "[]" if element.tag == "PROPERTY.ARRAY" else ""
    print("property %s %s%s%s" % (element.get("NAME"), kind, array, " key" if is_key(element) else ""))
    found = values(element, kind)
    for text in found if found is not None else []:
        print("  default =%s" % text)
    print_qualifiers(element)


def main():
    for path in sys.argv[1:]:
        for element in ET.parse(path).iter("CLASS"):
            print("class %s %s" % (element.get("NAME"), element.get("SUPERCLASS", "-")))
            print_qualifiers(element)
            for child in element:
                if child.tag in ("PROPERTY", "PROPERTY.ARRAY", "PROPERTY.REFERENCE"):
                    print_property(child)


main()
