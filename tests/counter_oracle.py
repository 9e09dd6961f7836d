#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second opinion on performance counters: exact fractions, from Microsoft's published formulas.

counter_oracle.py golden FOLDER    Writes one table a counter type: tests/data/counters/*.tsv is what that gives.
counter_oracle.py random SEED COUNT  Rows of such a table for random counters, rates and wraps, to the standard output.
counter_oracle.py reply FILE...    Recorded instances of performance classes, each with a second sample made up of the first:
    `instance NAME`, `property NAME FIRST SECOND` for every number, `cook PROPERTY TYPE VALUE` for every counter.

A row is TYPE BITS, then value, base, time, frequency and performance time of the sample before (all `-` where there is none)
and of the one now, then the result rounded once to a double, or the reason why there is none, then what the row is about.
Formulas: wmisdk, "WMI Performance Counter Types" and the page of each type; shared/facts/windows.md.
"""
import os
import random
import sys
import xml.etree.ElementTree as ET
from collections import namedtuple
from fractions import Fraction

Point = namedtuple("Point", "value base time frequency perf")

# name: (result, bits, clock, samples). Clock p: performance counter, s: 100 ns, o: object, b: the base is one.
TYPES = {
    "PERF_COUNTER_RAWCOUNT_HEX": ("n", 32, "", 1),
    "PERF_COUNTER_LARGE_RAWCOUNT_HEX": ("n", 64, "", 1),
    "PERF_COUNTER_RAWCOUNT": ("n", 32, "", 1),
    "PERF_COUNTER_LARGE_RAWCOUNT": ("n", 64, "", 1),
    "PERF_DOUBLE_RAW": ("n", 64, "", 1),
    "PERF_COUNTER_DELTA": ("dn", 32, "", 2),
    "PERF_COUNTER_LARGE_DELTA": ("dn", 64, "", 2),
    "PERF_SAMPLE_COUNTER": ("dn/(dt/f)", 32, "p", 2),
    "PERF_COUNTER_COUNTER": ("dn/(dt/f)", 32, "p", 2),
    "PERF_COUNTER_BULK_COUNT": ("dn/(dt/f)", 64, "p", 2),
    "PERF_COUNTER_QUEUELEN_TYPE": ("dn/dt", 32, "p", 2),
    "PERF_COUNTER_LARGE_QUEUELEN_TYPE": ("dn/dt", 64, "p", 2),
    "PERF_COUNTER_100NS_QUEUELEN_TYPE": ("dn/dt", 64, "s", 2),
    "PERF_COUNTER_OBJ_TIME_QUEUELEN_TYPE": ("dn/dt", 64, "o", 2),
    "PERF_RAW_FRACTION": ("100n/b", 32, "", 1),
    "PERF_LARGE_RAW_FRACTION": ("100n/b", 64, "", 1),
    "PERF_COUNTER_TIMER": ("100dn/dt", 64, "p", 2),
    "PERF_COUNTER_TIMER_INV": ("100(1-dn/dt)", 64, "p", 2),
    "PERF_100NSEC_TIMER": ("100dn/dt", 64, "s", 2),
    "PERF_100NSEC_TIMER_INV": ("100(1-dn/dt)", 64, "s", 2),
    "PERF_OBJ_TIME_TIMER": ("100dn/dt", 64, "o", 2),
    "PERF_PRECISION_SYSTEM_TIMER": ("100dn/db", 64, "b", 2),
    "PERF_PRECISION_100NS_TIMER": ("100dn/db", 64, "b", 2),
    "PERF_PRECISION_OBJECT_TIMER": ("100dn/db", 64, "b", 2),
    "PERF_SAMPLE_FRACTION": ("100dn/db", 32, "", 2),
    "PERF_COUNTER_MULTI_TIMER": ("100(dn/dt)/b", 64, "p", 2),
    "PERF_100NSEC_MULTI_TIMER": ("100(dn/dt)/b", 64, "s", 2),
    "PERF_COUNTER_MULTI_TIMER_INV": ("100(b-dn/dt)", 64, "p", 2),
    "PERF_100NSEC_MULTI_TIMER_INV": ("100(b-dn/dt)", 64, "s", 2),
    "PERF_AVERAGE_TIMER": ("(dn/f)/db", 32, "", 2),
    "PERF_AVERAGE_BULK": ("dn/db", 64, "", 2),
    "PERF_ELAPSED_TIME": ("(t-n)/f", 64, "o", 1),
}
# One count is one event; where such a counter of 32 bits falls by less than half its range, it was reset.
EVENTS = {"PERF_COUNTER_RAWCOUNT_HEX", "PERF_COUNTER_RAWCOUNT", "PERF_COUNTER_DELTA", "PERF_SAMPLE_COUNTER",
          "PERF_COUNTER_COUNTER", "PERF_SAMPLE_FRACTION"}


def judge_one(result, now):
    if result == "n":
        return Fraction(now.value)
    if result == "100n/b":
        return 100 * Fraction(now.value, now.base) if now.base else "base_zero"
    if not now.frequency:
        return "frequency_zero"
    if now.value > now.time:
        return "implausible"
    return Fraction(now.time - now.value, now.frequency)


def value_difference(name, bits, before, now):
    """dn, or None where the fall is none of a wrap."""
    limit = 1 << bits if max(before, now) < 1 << bits else 1 << 64
    difference = (now - before) % limit
    if now < before:
        if limit == 1 << 64 and difference * 2 >= limit:
            return None
        if limit == 1 << 32 and name in EVENTS and difference * 2 >= limit:
            return None
    return difference


def judge(name, bits, before, now):
    """A Fraction, or the reason why there is none."""
    result, _, clock, samples = TYPES[name]
    if samples == 1:
        return judge_one(result, now)
    if before is None:
        return "first"
    if "f" in result:
        if now.frequency == 0:
            return "frequency_zero"
        if now.frequency != before.frequency:
            return "restarted"
    if now.perf and now.perf < before.perf or clock in ("p", "s", "o") and clock and now.time < before.time:
        return "restarted"
    if "dt" in result and now.time == before.time:
        return "still"
    dn = value_difference(name, bits, before.value, now.value)
    if dn is None:
        return "fell"
    dt = now.time - before.time
    if clock == "b":
        if now.base < before.base:
            return "restarted"
        if now.base == before.base:
            return "still"
        return 100 * Fraction(dn, now.base - before.base)
    if "db" in result:
        if now.base < before.base and (now.value < before.value or before.base >> 32):
            return "fell"
        wide = max(before.base, now.base) >> 32
        db = now.base - before.base if wide else (now.base - before.base) % (1 << 32)
        if now.base < before.base and db >= 1 << 31:
            return "fell"
        if db == 0:
            return "no_events"
        return {"100dn/db": 100 * Fraction(dn, db), "dn/db": Fraction(dn, db),
                "(dn/f)/db": Fraction(dn, max(now.frequency, 1) * db)}[result]
    count = now.base if "b" in result else 1
    if count == 0:
        return "base_zero"
    if "-dn" in result:
        left = 100 * (count - Fraction(dn, dt))
        return "implausible" if left < -5 * count else max(left, Fraction(0))
    return {"dn": lambda: Fraction(dn), "dn/dt": lambda: Fraction(dn, dt), "100dn/dt": lambda: 100 * Fraction(dn, dt),
            "dn/(dt/f)": lambda: Fraction(dn * now.frequency, dt),
            "100(dn/dt)/b": lambda: 100 * Fraction(dn, dt) / count}[result]()


def row(name, bits, before, now, why):
    result = judge(name, bits, before, now)
    shown = result if isinstance(result, str) else repr(float(result))
    fields = [name, bits, *(before if before is not None else ["-"] * 5), *now, shown, why]
    return "\t".join(str(field) for field in fields)


# --- Golden tables ---

START = Point(912447, 0, 891193882809, 62500000, 891193882809)
SECONDS = 30
FREQUENCIES = {"p": 62500000, "s": 10000000, "o": 10000000}


def first_point(name):
    result, _, clock, _ = TYPES[name]
    point = START._replace(frequency=FREQUENCIES.get(clock, 62500000))
    if clock in ("s", "o"):
        point = point._replace(time=130105311787230726)
    if clock == "b":
        point = point._replace(base=130105311787230726)
    elif "db" in result:
        point = point._replace(base=4482)
    elif "b" in result:
        point = point._replace(base=4 if "dn" in result else 8388608)
    if result == "(t-n)/f":
        point = point._replace(value=130105169247884000)
    return point


def step(name, value):
    """What a value and the clocks of a type do in SECONDS; counts as `value` says."""
    result, _, clock, _ = TYPES[name]
    change = {"value": value, "perf": 62500000 * SECONDS, "time": FREQUENCIES.get(clock, 62500000) * SECONDS}
    if clock == "b":
        change["base"] = 10000000 * SECONDS + 7
    elif "db" in result:
        change["base"] = 77
    return change


def add(point, change, bits=64):
    fields = {field: getattr(point, field) + delta for field, delta in change.items()}
    fields["value"] %= 1 << bits
    return point._replace(**fields)


def plain_step(name):
    """A difference that is right for the type: a part of the time, or some counts."""
    result, _, clock, _ = TYPES[name]
    return 123456789 if clock in ("s", "o", "b") or "dt" in result and "f" not in result else 1234567


def two_sample_rows(name):
    result, bits, clock, _ = TYPES[name]
    before = first_point(name)
    change = step(name, plain_step(name))
    now = add(before, change)
    top = (1 << bits) - 1
    yield None, now, "the first sample"
    yield before, now, "half a minute"
    yield before, add(before, dict(change, value=0)), "nothing was counted"
    yield before, add(before, dict(change, value=1)), "one count"
    near = before._replace(value=top - 3)
    yield near, add(near, change, bits), "a wrap"
    yield before._replace(value=top), add(before._replace(value=top), dict(change, value=1), bits), "a wrap by one count"
    yield before._replace(value=0), now._replace(value=top >> 2), "a quarter of the range"
    yield before, now._replace(perf=before.perf - 1), "the host restarted: the performance counter fell"
    yield before, now._replace(perf=0), "no performance counter is known"
    if bits == 64:
        yield before, now._replace(value=before.value - 1), "the counter fell by one: no wrap of 64 bits"
        yield before._replace(value=1 << 62), now._replace(value=5), "the counter was reset"
    else:
        yield before._replace(value=3000000000), now._replace(value=1000000000), "a fall by less than half the range"
        yield before._replace(value=1000000000), now._replace(value=3500000000), "more than half the range, no fall"
        yield before._replace(value=(1 << 32) - 5), now._replace(value=(1 << 32) + 5), "it has more than 32 bits"
        yield before._replace(value=5), now._replace(value=1 << 34), "it has more than 32 bits, and moved by more"
        yield before._replace(value=(1 << 33) - 5), now._replace(value=5), "more than 32 bits, and it fell"
    if clock in ("p", "s", "o"):
        yield before, now._replace(time=before.time), "time stands still"
        yield before, now._replace(time=before.time - 1), "time runs backwards"
        yield before, now._replace(time=before.time + 1), "one tick"
    if "f" in result:
        yield before, now._replace(frequency=3579545), "another frequency"
        yield before, now._replace(frequency=0), "no frequency"
    yield from base_rows(name, before, now)
    if "-dn" in result:
        yield from inverse_rows(before, now)
    if result in ("dn/db", "100dn/db", "100dn/dt", "100(dn/dt)/b"):
        over = 3 * max(now.base - before.base, now.time - before.time)
        yield before, now._replace(value=(before.value + over) % (1 << bits)), "three times the whole: more than 100 %"


def base_rows(name, before, now):
    result, _, clock, _ = TYPES[name]
    if clock == "b":
        yield before, now._replace(base=before.base), "the base's time stands still"
        yield before, now._replace(base=before.base - 1), "the base's time runs backwards"
    elif "db" in result:
        yield before, now._replace(base=before.base), "the base did not move"
        yield before._replace(base=(1 << 32) - 7), now._replace(base=70), "the base wraps"
        yield before._replace(value=9000000, base=9000), now._replace(value=20, base=2), "value and base fell both"
        yield before._replace(base=1000), now._replace(base=500), "the base alone fell"
        yield before._replace(base=(1 << 32) - 7), now._replace(base=(1 << 32) + 70), "a base of more than 32 bits"
        yield before._replace(base=1 << 40), now._replace(base=70), "a base of more than 32 bits that fell"
    elif "b" in result:
        yield before, now._replace(base=0), "a base of zero"
        yield before._replace(base=2), now, "another number of components"


def inverse_rows(before, now):
    whole = (now.time - before.time) * max(now.base, 1)
    yield before, now._replace(value=before.value + whole), "idle all the time"
    yield before, now._replace(value=before.value + whole - 1), "idle but for one tick"
    yield before, now._replace(value=before.value + whole + 1), "one tick more than passed"
    yield before, now._replace(value=before.value + whole + whole // 20), "a twentieth more than passed"
    yield before, now._replace(value=before.value + whole + whole // 20 + 1), "more than a twentieth more than passed"
    yield before, now._replace(value=before.value + 4 * whole), "four times what passed"


def one_sample_rows(name):
    result, bits, _, _ = TYPES[name]
    point = first_point(name)
    yield None, point, "a sample"
    yield point, point._replace(perf=point.perf - 1), "the sample before does not matter"
    if result == "(t-n)/f":
        yield None, point._replace(value=point.time), "started just now"
        yield None, point._replace(value=point.time + 1), "started in the future"
        yield None, point._replace(frequency=0), "no frequency"
        return
    yield None, point._replace(value=0), "zero"
    yield None, point._replace(value=(1 << bits) - 1), "the largest"
    if result == "100n/b":
        yield None, point._replace(base=0), "a base of zero"
        yield None, point._replace(value=point.base * 2), "more than the whole"
        yield None, point._replace(base=(1 << bits) - 1), "the largest base"


HEADER = ["type", "bits", *(f"{field}_{when}" for when in ("before", "now") for field in Point._fields), "result", "what"]


def write_golden(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (_, bits, _, samples) in TYPES.items():
        rows = two_sample_rows(name) if samples == 2 else one_sample_rows(name)
        with open(os.path.join(folder, name.lower() + ".tsv"), "w", encoding="ascii") as table:
            print("#" + "\t".join(HEADER), file=table)
            for before, now, why in rows:
                print(row(name, bits, before, now, why), file=table)
    with open(os.path.join(folder, "other_width.tsv"), "w", encoding="ascii") as table:
        print("#" + "\t".join(HEADER), file=table)
        for name, bits in (("PERF_COUNTER_BULK_COUNT", 32), ("PERF_COUNTER_COUNTER", 64), ("PERF_AVERAGE_TIMER", 64)):
            before = first_point(name)
            for start in (before.value, (1 << 32) - 5, (1 << 64) - 5):
                early = before._replace(value=start)
                late = add(early, step(name, 3000000000), bits if start < 1 << 32 else 64)
                print(row(name, bits, early, late, "the module or the schema says so"), file=table)


# --- Random rows ---

def random_row(generator):
    name = generator.choice(sorted(TYPES))
    result, bits, clock, _ = TYPES[name]
    if generator.random() < 0.2 and clock != "b":
        bits = 96 - bits
    ticks = FREQUENCIES.get(clock, 62500000) * generator.randint(1, 3600 * 1000) // 1000
    largest = generator.choice([1 << 8, 1 << 20, 1 << 31, (1 << bits - 1) - 1])
    if "-dn" in result:
        largest = ticks
    moved = generator.randrange(min(largest, 1 << bits - 1))
    before = Point(generator.randrange(1 << bits), generator.randrange(1 << 32), generator.randrange(1 << 58),
                   generator.choice([1193182, 3579545, 10000000, 62500000, 2394230000]), generator.randrange(1, 1 << 58))
    if generator.random() < 0.3:
        before = before._replace(value=(1 << bits) - 1 - generator.randrange(moved + 1))
    if result == "(t-n)/f":
        before = before._replace(value=generator.randrange(before.time + ticks))
        moved = 0
    now = before._replace(value=(before.value + moved) % (1 << bits), time=before.time + ticks, perf=before.perf + ticks)
    if clock == "b":
        now = now._replace(base=before.base + ticks)
    elif "db" in result:
        now = now._replace(base=(before.base + generator.choice([0, 1, 77, generator.randrange(1 << 31)])) % (1 << 32))
    elif "b" in result and "dn" in result:
        now = now._replace(base=generator.choice([1, 2, 64, 1 << 20]))
    return row(name, bits, before, now, "random")


# --- Recorded replies ---

DISK = {"AvgDiskBytesPerRead": "PERF_AVERAGE_BULK", "AvgDiskBytesPerTransfer": "PERF_AVERAGE_BULK",
        "AvgDiskBytesPerWrite": "PERF_AVERAGE_BULK", "AvgDiskQueueLength": "PERF_COUNTER_100NS_QUEUELEN_TYPE",
        "AvgDiskReadQueueLength": "PERF_COUNTER_100NS_QUEUELEN_TYPE",
        "AvgDiskWriteQueueLength": "PERF_COUNTER_100NS_QUEUELEN_TYPE", "AvgDisksecPerRead": "PERF_AVERAGE_TIMER",
        "AvgDisksecPerTransfer": "PERF_AVERAGE_TIMER", "AvgDisksecPerWrite": "PERF_AVERAGE_TIMER",
        "CurrentDiskQueueLength": "PERF_COUNTER_RAWCOUNT", "DiskBytesPersec": "PERF_COUNTER_BULK_COUNT",
        "DiskReadBytesPersec": "PERF_COUNTER_BULK_COUNT", "DiskReadsPersec": "PERF_COUNTER_COUNTER",
        "DiskTransfersPersec": "PERF_COUNTER_COUNTER", "DiskWriteBytesPersec": "PERF_COUNTER_BULK_COUNT",
        "DiskWritesPersec": "PERF_COUNTER_COUNTER", "PercentDiskReadTime": "PERF_PRECISION_100NS_TIMER",
        "PercentDiskTime": "PERF_PRECISION_100NS_TIMER", "PercentDiskWriteTime": "PERF_PRECISION_100NS_TIMER",
        "PercentIdleTime": "PERF_PRECISION_100NS_TIMER", "SplitIOPerSec": "PERF_COUNTER_COUNTER"}
INTERFACE = {name: "PERF_COUNTER_BULK_COUNT" for name in ("BytesReceivedPersec", "BytesSentPersec", "BytesTotalPersec")}
INTERFACE.update({name: "PERF_COUNTER_COUNTER" for name in (
    "PacketsPersec", "PacketsReceivedNonUnicastPersec", "PacketsReceivedPersec", "PacketsReceivedUnicastPersec",
    "PacketsSentNonUnicastPersec", "PacketsSentPersec", "PacketsSentUnicastPersec")})
INTERFACE["CurrentBandwidth"] = "PERF_COUNTER_LARGE_RAWCOUNT"
PROCESS = {"ElapsedTime": "PERF_ELAPSED_TIME", "PercentProcessorTime": "PERF_100NSEC_TIMER",
           "PercentPrivilegedTime": "PERF_100NSEC_TIMER", "PageFaultsPersec": "PERF_COUNTER_COUNTER",
           "HandleCount": "PERF_COUNTER_RAWCOUNT", "WorkingSet": "PERF_COUNTER_LARGE_RAWCOUNT"}
CLASSES = {"Win32_PerfRawData_PerfDisk_PhysicalDisk": DISK, "Win32_PerfRawData_Tcpip_NetworkInterface": INTERFACE,
           "Win32_PerfRawData_PerfProc_Process": PROCESS}
CLOCKS = {"p": "PerfTime", "s": "Sys100NS", "o": "Object"}


def second_sample(first, types):
    """Ten seconds later, by each clock's own frequency; every counter moved by an amount of its own, the base of an
    average by another; 32-bit ones are put before their wrap, so that some of them wrap."""
    second = {}
    for order, (name, number) in enumerate(sorted(first.items())):
        if name.startswith("Timestamp_"):
            second[name] = number + 10 * first["Frequency_" + name.split("_")[1]] + order
        elif name.startswith("Frequency_"):
            second[name] = number
        elif name.endswith("_Base"):
            is_time = types.get(name[:-5], "").startswith("PERF_PRECISION")
            second[name] = number + (100000000 + order if is_time else 11 * order)
        elif name in types and TYPES[types[name]][3] == 2:
            second[name] = (number + 1000003 * (order + 1)) % (1 << TYPES[types[name]][1])
        else:
            second[name] = number
    return second


def point_of(sample, name, clock):
    key = CLOCKS.get(clock, "PerfTime")
    if clock == "o" and sample["Frequency_Object"] == 0:
        key = "Sys100NS"
    return Point(sample[name], sample.get(name + "_Base", 0), sample["Timestamp_" + key], sample["Frequency_" + key],
                 sample["Timestamp_PerfTime"])


def print_reply(path):
    for element in ET.parse(path).iter():
        types = CLASSES.get(element.tag.rsplit("}", 1)[-1])
        if types is None:
            continue
        texts = {child.tag.rsplit("}", 1)[-1]: child.text for child in element}
        first = {name: int(text) for name, text in texts.items() if text and text.isdigit()}
        for name in types:
            if TYPES[types[name]][1] == 32 and TYPES[types[name]][3] == 2 and first[name] > 0:
                first[name] = (1 << 32) - 1 - first[name] % 1000
        second = second_sample(first, types)
        print("instance\t" + texts["Name"])
        for name, number in first.items():
            print("property", name, number, second[name], sep="\t")
        for name, kind in types.items():
            _, bits, clock, _ = TYPES[kind]
            result = judge(kind, bits, point_of(first, name, clock), point_of(second, name, clock))
            print("cook", name, kind, result if isinstance(result, str) else repr(float(result)), sep="\t")


def main():
    if sys.argv[1] == "golden":
        write_golden(sys.argv[2])
    elif sys.argv[1] == "random":
        generator = random.Random(int(sys.argv[2]))
        for _ in range(int(sys.argv[3])):
            print(random_row(generator))
    else:
        for path in sys.argv[2:]:
            print_reply(path)


if __name__ == "__main__":
    main()
