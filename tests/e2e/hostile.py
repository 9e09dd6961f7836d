# SPDX-License-Identifier: MIT
"""Hosts that do what no Windows host should: a raw-byte server on 127.0.0.1, and the replies it gives. Large ones are made on
the fly. No judge and no web server; standard library only."""
import contextlib
import re
import socket
import ssl
import subprocess
import threading

SOAP_TYPE = "application/soap+xml;charset=UTF-8"
ENVELOPE = ('<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
            'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"><s:Header><a:RelatesTo>uuid:%s</a:RelatesTo>'
            "</s:Header><s:Body>%s</s:Body></s:Envelope>")
DISK_NS = "http://schemas.microsoft.com/wbem/wsman/1/wmi/%s/%s"


def disk(device="C:", name="Win32_LogicalDisk", space="root/cimv2", inside=""):
    """The payload of a small reply; device None: without that key."""
    key = "" if device is None else "<p:DeviceID>%s</p:DeviceID>" % device
    return '<p:%s xmlns:p="%s">%s%s<p:Size>5</p:Size></p:%s>' % (name, DISK_NS % (space, name), key, inside, name)


class Exchange:
    """A connection with its request, if one was read."""

    def __init__(self, stream):
        self.stream, self.request = stream, b""

    def read(self):
        """One whole request; False where the peer went away."""
        while True:
            head, gap, body = self.request.partition(b"\r\n\r\n")
            length = re.search(rb"(?i)content-length: *(\d+)", head)
            if gap and len(body) >= (int(length[1]) if length else 0):
                return True
            piece = self.stream.recv(65536)
            if not piece:
                return False
            self.request += piece

    def envelope(self, payload):
        found = re.search(rb"MessageID>uuid:([0-9A-Fa-f-]{36})", self.request)
        return ENVELOPE % (found[1].decode() if found else "", payload)

    def send(self, data):
        self.stream.sendall(data)

    def reply(self, status, body=b"", kind=SOAP_TYPE, headers=""):
        self.send(head(status, len(body), kind, headers) + body)


def head(status, length, kind=SOAP_TYPE, headers=""):
    return ("HTTP/1.1 %s\r\n%s%sContent-Length: %d\r\n\r\n" % (
        status, "Content-Type: %s\r\n" % kind if kind else "", headers, length)).encode()


class Server:
    """Every connection is given to answer(exchange) on a thread of its own and closed when that returns. What a peer that has
    gone away makes of it is nobody's business. The hanging ones end with `released`."""

    def __init__(self, answer, tls=None):
        self.answer, self.tls = answer, tls
        self.released = threading.Event()
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.port = self.listener.getsockname()[1]
        self.threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self):
        self.threads[0].start()
        return self

    def __exit__(self, *_):
        self.released.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                stream, _ = self.listener.accept()
                thread = threading.Thread(target=self._serve, args=(stream,), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _serve(self, stream):
        with contextlib.suppress(OSError), contextlib.closing(stream):
            stream.settimeout(60)
            if self.tls:
                stream = self.tls.wrap_socket(stream, server_side=True)
            exchange = Exchange(stream)
            exchange.hang = self.released.wait
            self.answer(exchange)
            if self.tls:
                stream.unwrap()
            else:  # what was not read would turn the close into a reset, and that could overtake the reply
                stream.shutdown(socket.SHUT_WR)
                while stream.recv(65536):
                    pass


# --- what they answer ---

def soap(make, status="200 "):
    """make(exchange): the payload in the Body."""
    def answer(exchange):
        exchange.read()
        exchange.reply(status, exchange.envelope(make(exchange) if callable(make) else make).encode())
    return answer


def raw(make):
    """make: bytes, or made of the exchange: everything that is sent after the request."""
    def answer(exchange):
        exchange.read()
        exchange.send(make(exchange) if callable(make) else make)
    return answer


def plain(status, body=b"", kind=None, headers=""):
    return raw(head(status, len(body), kind, headers) + body)


def body(text, kind=SOAP_TYPE, status="200 "):
    return raw(lambda exchange: head(status, len(text(exchange)), kind) + text(exchange))


def stream_of(first, piece, last=b"", kind=SOAP_TYPE, length=1 << 30):
    """A reply of a gigabyte that is never in memory: first, then pieces. first and last are made of the exchange."""
    def answer(exchange):
        exchange.read()
        exchange.send(head("200 ", length, kind))
        start, end = first(exchange), last(exchange) if callable(last) else last
        exchange.send(start)
        left = length - len(start) - len(end)
        number = 0
        while left > 0:
            block = (piece(number) if callable(piece) else piece)[:left]
            exchange.send(block)
            left -= len(block)
            number += 1
        exchange.send(end)
    return answer


def open_envelope(exchange, extra=""):
    return (exchange.envelope("\0").split("\0")[0] + disk().split("<p:Size>")[0] + extra).encode()


def chunks(data, size):
    out = b""
    for at in range(0, len(data), size):
        piece = data[at:at + size]
        out += b"%x\r\n" % len(piece) + piece + b"\r\n"
    return out + b"0\r\n\r\n"


CHUNKED = ("HTTP/1.1 200 \r\nContent-Type: %s\r\nTransfer-Encoding: chunked\r\n\r\n" % SOAP_TYPE).encode()


def drip(exchange):
    """A byte of the body a second: never done."""
    exchange.read()
    exchange.send(head("200 ", 1000))
    while not exchange.hang(1):
        exchange.send(b" ")


def mute(exchange):
    exchange.read()
    exchange.hang()


def deaf(exchange):
    exchange.hang()


def reset(exchange):
    exchange.read()
    exchange.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    exchange.stream.close()


def close(_):
    pass


def impatient(exchange):
    exchange.send(head("400 Bad Request", 0))


@contextlib.contextmanager
def unanswering(port, address="127.0.0.2"):
    """An address where a connection attempt is not answered: its queue is full, and Linux then drops the SYN."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, port))
        listener.listen(0)
        for _ in range(3):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


# --- certificates ---

class Authority:
    """An authority of a day and what it signs, made by openssl."""

    def __init__(self, folder):
        self.folder = folder
        self.file, self.key = folder + "/authority.pem", folder + "/authority.key"
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
                      "/CN=An authority of a test", "-out", self.file, "-keyout", self.key)

    def _openssl(self, *words):
        subprocess.run(["openssl", *words], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, cwd=self.folder)

    def sign(self, name, days=1):
        """(certificate, key); a negative number of days: it has expired."""
        stem = "%s/%s.%d" % (self.folder, name, days)
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=" + name,
                      "-out", stem + ".csr", "-keyout", stem + ".key")
        with open(stem + ".ext", "w", encoding="ascii") as file:
            file.write("subjectAltName=DNS:" + name)
        self._openssl("x509", "-req", "-in", stem + ".csr", "-CA", self.file, "-CAkey", self.key, "-CAcreateserial", "-days",
                      str(days), "-extfile", stem + ".ext", "-out", stem + ".pem")
        return stem + ".pem", stem + ".key"


def tls(certificate, key, old=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
    context.load_cert_chain(certificate, key)
    return context
