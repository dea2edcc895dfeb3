"""What other decoders make of netlink messages.

    decode.py [YNL-LIBRARY SPECIFICATIONS]

A line of standard input is a message as JSON:

    {"protocol": 0, "family": "rt-link", "genl": "ethtool", "message": HEX, "skip": 16, "shape": SHAPE}

`family` is the schema's name, `genl` that of a generic netlink family, `skip` the size of the message's
fixed header, and `shape` says how attributes are to be nested: {"attrs": [[NUMBER, SHAPE], ...]},
{"records": [SHAPE, ...]}, null for a plain value.

The answer has a tree from each decoder that knows such messages: "plain" (the walker below),
"pyroute2", "ynl". A tree is {"header": [...], "attrs": [[NUMBER, NODE], ...]}, and a NODE is a tree,
{"records": [tree, ...]}, or a leaf: {"value": ...}, {"bytes": HEX}, {"struct": [[NAME, value], ...]},
{"unknown": ...}, {"failed": WHY}.
"""

import json
import logging
import os
import signal
import struct
import sys

from pyroute2.ipset import AsyncIPSet
from pyroute2.netlink import NotInitialized, ctrlmsg, nlmsgerr
from pyroute2.netlink.diag import MarshalDiag
from pyroute2.netlink.generic import ethtool
from pyroute2.netlink.generic.mptcp import mptcp_msg
from pyroute2.netlink.generic.wireguard import wgmsg
from pyroute2.netlink.nfnetlink import nfctsocket
from pyroute2.netlink.nfnetlink.nftsocket import AsyncNFTSocket
from pyroute2.netlink.rtnl.marshal import MarshalRtnl
from pyroute2.netlink.taskstats import taskstatsmsg

logging.disable(logging.CRITICAL)

ERROR, DONE = 2, 3
CAPPED = 0x100
ROUTE, DIAG, NETFILTER, GENERIC = 0, 4, 12, 16


def control(data):
    """Where the attributes of NLMSG_ERROR or NLMSG_DONE start; None for other messages."""
    kind, flags = struct.unpack_from("HH", data, 4)
    if kind not in (ERROR, DONE):
        return None
    if kind == DONE:
        return 20
    return 36 if flags & CAPPED else 20 + struct.unpack_from("I", data, 20)[0]


# The plain walker: framing alone, no types.


def plain(data, shape, skip=None):
    if shape is None:
        return {"bytes": data.hex()}
    if "records" in shape:
        records, at = [], 0
        for each in shape["records"]:
            length = struct.unpack_from("H", data, at)[0]
            records.append(plain(data[at : at + length], each))
            at += length + 3 & ~3
        if at < len(data):
            raise ValueError(f"{len(data) - at} bytes after the last record")
        return {"records": records}
    wanted = [number for number, _ in shape["attrs"]]
    # How large the header of a nest is, only a schema says: where it leaves what is wanted, it ends.
    for skip in range(0, len(data) + 4, 4) if skip is None else [skip]:
        found = walk(data[min(skip, len(data)) :])
        if found is not None and [number for number, _ in found] == wanted:
            pairs = zip(found, shape["attrs"])
            return {"attrs": [[number, plain(payload, inner)] for (number, payload), (_, inner) in pairs]}
    raise ValueError(f"no attributes {wanted} in {data.hex()}")


def walk(data):
    """Numbers and payloads, if attributes are all there is."""
    found = []
    while data:
        if len(data) < 4:
            return None
        length, number = struct.unpack_from("HH", data)
        if not 4 <= length <= len(data):
            return None
        found.append((number & 0x3FFF, data[4:length]))
        data = data[length + 3 & ~3 :]
    return found


# pyroute2


def pyroute2_class(protocol, family, genl, data):
    kind = struct.unpack_from("H", data, 4)[0]
    if control(data) is not None:
        return nlmsgerr
    if protocol == ROUTE:
        return MarshalRtnl.msg_map.get(kind)
    if protocol == DIAG:
        return MarshalDiag.msg_map.get(data[16])
    if protocol == NETFILTER:
        subsystem, number = kind >> 8, kind & 0xFF
        if family == "conntrack":
            return {4: nfctsocket.nfct_stats_cpu, 5: nfctsocket.nfct_stats}.get(number, nfctsocket.nfct_msg)
        return {6: AsyncIPSet.policy, 10: AsyncNFTSocket.policy}.get(subsystem, {}).get(number)
    if protocol == GENERIC:
        replies = {
            1: ethtool.ethtool_strset_msg,
            2: ethtool.ethtool_linkinfo_msg,
            4: ethtool.ethtool_linkmode_msg,
            6: ethtool.ethtool_linkstate_msg,
            9: ethtool.ethtool_wol_msg,
            16: ethtool.ethtool_rings_msg,
        }
        if genl == "ethtool":
            return replies.get(data[16])
        classes = {"nlctrl": ctrlmsg, "TASKSTATS": taskstatsmsg, "mptcp_pm": mptcp_msg, "wireguard": wgmsg}
        return classes.get(genl)
    return None


def pyroute2(protocol, family, genl, data):
    message = pyroute2_class(protocol, family, genl, data)
    if message is None:
        return None
    message = message(data)
    message.decode()
    tree = cell_tree(message)
    members = tree.get("header") or tree.get("struct") or []
    if protocol == GENERIC:
        # struct genlmsghdr is no header of the family.
        members = [member for member in members if member[0] not in ("cmd", "version", "reserved")]
    return {"header": members, "attrs": tree.get("attrs", [])}


def cell_type(cell):
    return struct.unpack_from("H", cell.data, cell.offset + 2)[0] & 0x3FFF


def cell_tree(cell):
    if cell._nla_array:
        if cell.value and cell.value[0].cell_header is not None:
            return {"records": [record(each) for each in cell.value]}
        return {"attrs": [[cell_type(each), cell_tree(each)] for each in cell.value]}
    fields = [name for name, form in cell.fields if form != "x" and not str(form).endswith("x")]
    members = [[name, plain_value(dict.get(cell, name))] for name in fields if dict.__contains__(cell, name)]
    # Tails that are not there.
    members = [member for member in members if member[1] != ""]
    if "attrs" in cell and cell.nla_map:
        tree = {"attrs": [[cell_type(slot.cell[1]), slot_tree(slot)] for slot in dict.get(cell, "attrs")]}
        return {"header": members, **tree} if members else tree
    if fields == ["value"] or not fields:
        own, raw = cell.value, dict.get(cell, "value")
        # A name that it gives to a number says no more than that.
        names = own is None or isinstance(own, (str, set, frozenset))
        if fields and (not custom(cell) or names and isinstance(raw, int)):
            own = raw
        return {"unknown": ""} if own is None else leaf(own)
    if custom(cell):
        return leaf(cell.value)
    return {"struct": members}


def record(cell):
    """With the length, which its class takes for a header of netlink."""
    tree = cell_tree(cell)
    members = tree.get("header") or tree.get("struct") or []
    return {"header": [["length", cell.length], *members], "attrs": tree.get("attrs", [])}


def custom(cell):
    """Whether its class made a value of what was there."""
    return cell.value is not NotInitialized


def slot_tree(slot):
    name, cell = slot.cell
    if name == "UNKNOWN":
        return {"unknown": bytes(cell.data[cell.offset + 4 : cell.offset + cell.length]).hex()}
    try:
        if not cell.decoded:
            cell.decode()
        return cell_tree(cell)
    except TimeoutError:
        raise
    except Exception as error:
        return {"failed": repr(error)}


def leaf(value):
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    return {"value": plain_value(value)}


def plain_value(value):
    value = getattr(value, "raw", value)
    if isinstance(value, (bytes, bytearray)):
        return {"bytes": bytes(value).hex()}
    if isinstance(value, dict):
        return {"struct": [[str(k), plain_value(v)] for k, v in value.items() if k not in ("header", "attrs")]}
    if isinstance(value, (list, tuple, set)):
        return [plain_value(v) for v in value]
    return value if isinstance(value, (int, str, float, type(None))) else str(value)


# YNL


def ynl_decoder(library, specifications):
    sys.path.insert(0, library)
    from lib import YnlFamily
    from lib import ynl as module
    from lib.ynl import NlAttrs, NlMsg

    class Numbers(dict):
        """What the library asks the kernel for: families that may not be in this one."""

        def __missing__(self, name):
            return {"id": 0, "name": name, "mcast": {}}

    module.genl_family_name_to_id = Numbers()

    class Level(dict):
        """The attributes of a level with their numbers, in order."""

        pairs = None

    class Named(str):
        """The name of a number."""

        def __new__(cls, name, raw):
            named = super().__new__(cls, name)
            named.raw = raw
            return named

    class Family(YnlFamily):
        """Keeps numbers and order, and does not give names to values."""

        def __init__(self, path):
            super().__init__(path, "", process_unknown=True)
            self.frames = []

        def _decode(self, attrs, space, outer_attrs=None):
            left, failed, level = list(attrs), [], Level()
            if self.frames:
                self.frames[-1]["levels"].append(level)
            while True:
                level.clear()
                level.pairs = []
                self.frames.append({"attrs": iter(left), "levels": [], "level": level, "space": space})
                try:
                    level.update(super()._decode(left, space, outer_attrs))
                    break
                except TimeoutError:
                    raise
                except Exception as error:
                    # The one after those that are done; the others may be readable.
                    attr = left.pop(len(level.pairs))
                    failed.append([attr.type, {"failed": repr(error)}])
                finally:
                    self.frames.pop()
            level.pairs += failed
            return level

        def _rsp_add(self, rsp, name, is_multi, decoded):
            frame = self.frames[-1]
            attr, levels = next(frame["attrs"]), frame["levels"]
            frame["levels"] = []
            spec = self.attr_sets[frame["space"]].attrs_by_val.get(attr.type) if frame["space"] else None
            frame["level"].pairs.append([attr.type, node(self, spec, decoded, levels, attr)])
            super()._rsp_add(rsp, name, is_multi, decoded)

        def _decode_enum(self, raw, attr_spec):
            try:
                decoded = super()._decode_enum(raw, attr_spec)
            except KeyError:
                return raw
            # Names select formats; what is compared is numbers.
            return Named(decoded, raw) if isinstance(decoded, str) else raw

        def _formatted_string(self, raw, display_hint):
            return raw if display_hint == "hex" else super()._formatted_string(raw, display_hint)

        def _decode_sub_msg(self, attr, attr_spec, search_attrs):
            try:
                return super()._decode_sub_msg(attr, attr_spec, search_attrs)
            except Exception as error:
                if "No message format" in str(error):
                    return None
                raise

    def node(family, spec, decoded, levels, attr):
        if spec is None or decoded is None:
            return {"unknown": attr.raw.hex()}
        kind = spec["type"]
        if kind == "nest":
            return {"attrs": levels[0].pairs}
        if kind == "sub-message":
            names = set(levels[0]) if levels else set()
            tree = {"attrs": levels[0].pairs} if levels else {}
            members = [[k, plain_value(v)] for k, v in decoded.items() if k not in names]
            if not levels:
                return {"struct": members}
            return {"header": members, **tree} if members else tree
        if kind == "indexed-array":
            numbers = [each.type for each in NlAttrs(attr.raw)]
            values = [{"attrs": level.pairs} for level in levels] or [leaf(v) for v in decoded]
            return {"attrs": [list(pair) for pair in zip(numbers, values)]}
        if kind == "nest-type-value":
            tree = {"attrs": levels[0].pairs}
            for name in reversed(spec["type-value"]):
                tree = {"attrs": [[decoded[name], tree]]}
            return tree
        if isinstance(decoded, dict):
            return {"struct": [[k, plain_value(v)] for k, v in decoded.items()]}
        return leaf(decoded)

    families = {}
    # Specifications that have several of our families.
    wider = {"rt-neightbl": "rt-neigh", "conntrack-exp": "conntrack"}

    def load(family):
        """The decoder of a family, if there is a specification."""
        family = wider.get(family, family)
        if family not in families:
            names = [family + ".yaml", family.replace("-", "_") + ".yaml"]
            paths = (os.path.join(specifications, name) for name in names)
            path = next(filter(os.path.exists, paths), None)
            families[family] = Family(path) if path else None
        return families[family]

    def decode(decoder, data):
        if control(data) is not None:
            return errors(NlMsg(data, 0))
        if decoder is None:
            return None
        message = NlMsg(data, 0)
        number = data[16] if decoder.proto != "netlink-raw" else message.nl_type
        if number not in decoder.rsp_by_value:
            return None
        operation = decoder.rsp_by_value[number]
        decoded = decoder.nlproto.decode(decoder, message, operation)
        decoder.frames = []
        level = decoder._decode(decoded.raw_attrs, operation.attr_set.name)
        fixed = operation.fixed_header
        header = decoder._decode_struct(decoded.raw, fixed) if fixed else {}
        return {"header": [[k, plain_value(v)] for k, v in header.items()], "attrs": level.pairs}

    def errors(message):
        numbers = {"msg": 1, "bad-attr-offs": 2, "miss-type": 5, "miss-nest": 6}
        extack = message.extack or {}
        attrs = [[numbers[k], leaf(v)] for k, v in extack.items() if k in numbers]
        if "policy" in extack:
            attrs.append([4, {"struct": [[k, plain_value(v)] for k, v in extack["policy"].items()]}])
        attrs += [[each.type, {"unknown": each.raw.hex()}] for each in extack.get("unknown", [])]
        return {"header": [["error", message.error]], "attrs": attrs}

    return load, decode


def in_time(decode, *arguments):
    """A decoder's answer; some follow lengths of 0 for ever."""

    def stop(*_):
        raise TimeoutError("it does not end")

    signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, 5)
    try:
        return decode(*arguments)
    except Exception as error:
        return {"failed": repr(error)}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    nothing = (lambda family: None, lambda decoder, data: None)
    load, ynl = ynl_decoder(*sys.argv[1:3]) if len(sys.argv) > 2 else nothing
    for line in sys.stdin:
        asked = json.loads(line)
        data = bytes.fromhex(asked["message"])
        protocol, family, genl = asked["protocol"], asked["family"], asked["genl"]
        answer = {
            "plain": in_time(plain, data[control(data) or 16 :], asked["shape"], asked["skip"]),
            "pyroute2": in_time(pyroute2, protocol, family, genl, data),
            "ynl": in_time(ynl, load(family), data),
        }
        print(json.dumps(answer), flush=True)


main()
