"""The work of the suite with pyroute2 0.9.7, by the ways that its documentation shows.

Called like the other programs: pyroute2_speed.py CASE INPUT PASSES. Allocations are not counted (-). It takes a
hundred times as long as others or more, so give it less: routes-100k.raw, and hundreds of routes to add.

pyroute2 decodes a message's header at once and an attribute when it is asked for; `…-owned` asks for all. What it
makes of them are Python's numbers and texts: addresses are texts, which are made numbers again for the sums.
`links-all` is not here: newer attributes stay bytes, new members of structs are left out, and -1 reads as
4294967295.

Live, `…-async` is AsyncIPRoute, which IPRoute (no suffix) runs behind functions that are not asynchronous. Both
dump everything and choose in Python: that is `live-kernel`. The kernel chooses in `live-kernel-request`, for which
the request has to be made by hand.
"""

import asyncio
import fcntl
import functools
import resource
import socket
import struct
import sys
import time

from pyroute2 import AsyncIPRoute, IPRoute
from pyroute2.iproute.parsers import default_routes
from pyroute2.netlink import NLM_F_ACK, NLM_F_CREATE, NLM_F_DUMP, NLM_F_REQUEST
from pyroute2.netlink.rtnl import RTM_GETROUTE, RTM_NEWLINK, RTM_NEWROUTE
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from pyroute2.netlink.rtnl.rtmsg import rtmsg

# Beyond it there is MemoryError. `live-routes`, which holds all routes at once, takes 4 kB for each.
MEMORY = 4 << 30

RTPROT_KERNEL = 2
RTPROT_STATIC = 4
RTN_UNICAST = 1
TABLE_MAIN = 254
TABLE = 100
BATCH = 100


def number(address):
    """An address of IPv4 as a number."""
    return struct.unpack('>I', socket.inet_aton(address))[0] if address and ':' not in address else 0


def first(text):
    """The first byte of a text."""
    return ord(text[0]) if text else 0


def first_of_mac(mac):
    return int(mac[:2], 16) if mac else 0


def messages(data, message_type):
    """The messages of a file that have this type."""
    for message in MarshalRtnl().parse(data):
        if message['header']['type'] == message_type:
            yield message


def summed(values):
    """How many there are, and their sum."""
    count = checksum = 0
    for value in values:
        count += 1
        checksum += value
    return count, checksum


def route3(route):
    return (
        number(route.get('dst')) + route['dst_len'] + number(route.get('gateway')) + (route.get('oif') or 0)
    )


def routes3(data):
    return summed(map(route3, messages(data, RTM_NEWROUTE)))


def decode(message):
    """Has all attributes of a message decoded, with those in nests."""
    for name, value in message['attrs']:
        if isinstance(value, dict) and 'attrs' in value:
            decode(value)
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, dict) and 'attrs' in item:
                    decode(item)


def owned(data, message_type, of):
    def one(message):
        decode(message)
        return of(message)

    return summed(map(one, messages(data, message_type)))


def routes_owned(data):
    return owned(data, RTM_NEWROUTE, route3)


def defaults(data):
    def one(route):
        return 0 if route.get('dst') else number(route.get('gateway'))

    return summed(map(one, messages(data, RTM_NEWROUTE)))


class Defaults(MarshalRtnl):
    """Has the parser that get_default_routes() gives to its dump: only default routes become messages."""

    def get_parser(self, key, flags, sequence_number):
        self.seen += 1
        return default_routes


def defaults_parser(data):
    marshal = Defaults()
    marshal.seen = 0
    checksum = sum(number(route.get('gateway')) for route in marshal.parse(data))
    return marshal.seen, checksum


def links8(data):
    def one(link):
        return (
            link['index']
            + first(link.get('ifname'))
            + first_of_mac(link.get('address'))
            + (link.get('mtu') or 0)
            + (link.get('master') or 0)
            + (link.get('txqlen') or 0)
            + (link.get('group') or 0)
            + first(link.get(('linkinfo', 'kind')))
        )

    return summed(map(one, messages(data, RTM_NEWLINK)))


NUMBERS = (
    'mtu',
    'link',
    'master',
    'txqlen',
    'group',
    'promiscuity',
    'num_tx_queues',
    'num_rx_queues',
    'gso_max_size',
    'min_mtu',
    'max_mtu',
    'carrier_changes',
)


def links16(data):
    def one(link):
        return (
            sum(link.get(name) or 0 for name in NUMBERS)
            + first(link.get('ifname'))
            + first(link.get('qdisc'))
            + first_of_mac(link.get('address'))
            + first_of_mac(link.get('broadcast'))
        )

    return summed(map(one, messages(data, RTM_NEWLINK)))


def links_owned(data):
    return owned(data, RTM_NEWLINK, lambda link: link['index'])


def build(data):
    # As many as there are messages, so that one number is comparable with the others.
    count, checksum = sum(1 for _ in lengths(data)), 0
    for n in range(count):
        request = rtmsg()
        request['header']['type'] = RTM_NEWROUTE
        request['header']['flags'] = NLM_F_REQUEST | NLM_F_CREATE
        request['family'] = socket.AF_INET
        request['dst_len'] = 24
        request['attrs'] = [
            ('RTA_DST', socket.inet_ntoa(struct.pack('>I', n << 8))),
            ('RTA_OIF', 2),
            ('RTA_GATEWAY', '10.0.0.1'),
            ('RTA_PRIORITY', n),
        ]
        request.encode()
        checksum += len(request.data)
    return count, checksum


def lengths(data):
    offset = 0
    while offset < len(data):
        (length,) = struct.unpack_from('=I', data, offset)
        yield length
        offset += (length + 3) & ~3


def live(**of):
    def opened():
        ip = IPRoute()
        return lambda: summed(map(route3, ip.get_routes(family=socket.AF_INET, table=TABLE_MAIN, **of)))

    return opened


def live_async(ask, **options):
    """Adds up what the socket gives when it is asked."""

    def opened():
        loop, ip = asyncio.new_event_loop(), AsyncIPRoute(**options)

        async def one_pass():
            count = checksum = 0
            async for route in await ask(ip):
                count += 1
                checksum += route3(route)
            return count, checksum

        return lambda: loop.run_until_complete(one_pass())

    return opened


def routes_async(**of):
    return live_async(lambda ip: ip.get_routes(family=socket.AF_INET, table=TABLE_MAIN, **of))


def kernel_request(ip):
    request = rtmsg()
    request['family'] = socket.AF_INET
    request['table'] = TABLE_MAIN
    request['proto'] = RTPROT_KERNEL
    return ip.nlm_request(request, RTM_GETROUTE, NLM_F_REQUEST | NLM_F_DUMP)


def route(n):
    """Destination and gateway of a route that is to be added."""
    return socket.inet_ntoa(struct.pack('>I', (20 << 24) + (n << 8))), f'10.200.0.{2 + n % 200}'


def add_one(count):
    ip, device = IPRoute(), socket.if_nametoindex('w0')

    def one_pass():
        for n in range(count):
            dst, gateway = route(n)
            ip.route('add', dst=f'{dst}/24', gateway=gateway, oif=device, table=TABLE, proto=RTPROT_STATIC)
        return count, count

    return one_pass


def add_batches(each):
    def opened(count):
        ip, device = IPRoute(), socket.if_nametoindex('w0')

        def request(n, ack):
            dst, gateway = route(n)
            message = rtmsg()
            message['header']['type'] = RTM_NEWROUTE
            # Without NLM_F_EXCL: nlm_request_batch() takes it for a part of NLM_F_DUMP and waits for an answer.
            message['header']['flags'] = NLM_F_REQUEST | NLM_F_CREATE | (NLM_F_ACK if ack else 0)
            message['family'] = socket.AF_INET
            message['dst_len'] = 24
            message['table'] = TABLE
            message['proto'] = RTPROT_STATIC
            message['type'] = RTN_UNICAST
            message['attrs'] = [('RTA_DST', dst), ('RTA_GATEWAY', gateway), ('RTA_OIF', device)]
            return message

        def one_pass():
            for start in range(0, count, BATCH):
                end = min(count, start + BATCH)
                ip.nlm_request_batch([request(n, each or n + 1 == end) for n in range(start, end)])
            return count, count

        return one_pass

    return opened


def clear():
    """Removes what was added: a device that goes down loses its routes."""
    SIOCSIFFLAGS, IFF_UP = 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        for flags in (0, IFF_UP):
            fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack('16sh22x', b'w0', flags))


FILE = {
    'routes3': routes3,
    'routes-owned': routes_owned,
    'defaults': defaults,
    'defaults-parser': defaults_parser,
    'links8': links8,
    'links16': links16,
    'links-owned': links_owned,
    'build': build,
}

LIVE = {
    'live-routes': live(),
    'live-routes-async': routes_async(),
    'live-kernel': live(proto=RTPROT_KERNEL),
    'live-kernel-async': routes_async(proto=RTPROT_KERNEL),
    'live-kernel-request': live_async(kernel_request, strict_check=True),
}

WRITE = {
    'add-one': add_one,
    'add-each-100': add_batches(each=True),
    'add-last-100': add_batches(each=False),
}


def main():
    if len(sys.argv) != 4:
        print('usage: pyroute2_speed.py CASE INPUT PASSES', file=sys.stderr)
        return 2
    case, source, passes = sys.argv[1], sys.argv[2], int(sys.argv[3])
    prepare = None
    if case in FILE:
        with open(source, 'rb') as file:
            one_pass = functools.partial(FILE[case], file.read())
    elif case in LIVE:
        one_pass = LIVE[case]()
    elif case in WRITE:
        one_pass, prepare = WRITE[case](int(source)), clear
    else:
        print(f'no case {case}', file=sys.stderr)
        return 3
    count = checksum = best = user = system = 0
    for _ in range(passes):
        if prepare:
            prepare()
        before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter_ns()
        count, checksum = one_pass()
        took = time.perf_counter_ns() - start
        after = resource.getrusage(resource.RUSAGE_SELF)
        best = min(best or took, took)
        user += (after.ru_utime - before.ru_utime) * 1e3
        system += (after.ru_stime - before.ru_stime) * 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f'{count} {checksum} {best / max(count, 1):.2f} - {user:.1f} {system:.1f} {peak}')
    return 0


if __name__ == '__main__':
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    try:
        sys.exit(main())
    except Exception as error:
        print(f'{" ".join(sys.argv[1:])}: {error!r}', file=sys.stderr)
        sys.exit(2)
