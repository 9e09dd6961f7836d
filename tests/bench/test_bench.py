#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The benchmark measures what it says: each of its clients gets the recorded instance, with one request."""
import measure
import stand


def every_client_of_the_benchmark_gets_the_instance(folder):
    try:
        measure.require()
    except measure.Needs as reason:
        raise stand.Skip(reason) from None
    with measure.start(folder) as made:
        for row in measure.ROWS:
            made.run(row.client, 3)
            if row.idle:
                assert made.run(row.idle, 3)["idle_kb"] > 0, row


if __name__ == "__main__":
    stand.main([every_client_of_the_benchmark_gets_the_instance])
