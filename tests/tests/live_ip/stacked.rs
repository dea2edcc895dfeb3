//! Links on top of other links, and tun.

use crate::bridge::VLAN_PROTOCOLS;
use crate::json::{Json, Obj};
use crate::world::{Links, lower, word, words};
use netlink_families::rt_link::{
    HsrProtocol, HsrView, IpvlanF, IpvlanView, MacsecCipher, MacsecView, MacvlanFlag, MacvlanView, TunType,
    TunView, VlanFlags, VlanQosView, VlanView,
};
use netlink_runtime::DecodeError;

type Result<T> = std::result::Result<T, DecodeError>;

const VLAN_FLAGS: &[(VlanFlags, &str)] = &[
    (VlanFlags::REORDER_HDR, "REORDER_HDR"),
    (VlanFlags::GVRP, "GVRP"),
    (VlanFlags::MVRP, "MVRP"),
    (VlanFlags::LOOSE_BINDING, "LOOSE_BINDING"),
    (VlanFlags::BRIDGE_BINDING, "BRIDGE_BINDING"),
];
const CIPHERS: &[(MacsecCipher, &str)] = &[
    (MacsecCipher::DEFAULT_CIPHER_ID, "GCM-AES-128"),
    (MacsecCipher::CIPHER_ID_GCM_AES_128, "GCM-AES-128"),
    (MacsecCipher::CIPHER_ID_GCM_AES_256, "GCM-AES-256"),
    (MacsecCipher::CIPHER_ID_GCM_AES_XPN_128, "GCM-AES-XPN-128"),
    (MacsecCipher::CIPHER_ID_GCM_AES_XPN_256, "GCM-AES-XPN-256"),
];

pub(crate) fn macvlan(macvlan: &MacvlanView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("mode", macvlan.mode()?.map(|mode| lower(mode, "MACVLAN_MODE_")));
    out.mark("nopromisc", macvlan.flags()?.is_some_and(|flags| flags.contains(MacvlanFlag::NOPROMISC)));
    out.mark("nodst", macvlan.flags()?.is_some_and(|flags| flags.contains(MacvlanFlag::NODST)));
    out.opt("bcqueuelen", macvlan.bc_queue_len()?);
    out.opt("usedbcqueuelen", macvlan.bc_queue_len_used()?);
    // The count is there in every mode; `ip` prints it for the mode that uses it.
    let count = macvlan.macaddr_count()?.filter(|count| *count > 0);
    out.opt("macaddr_count", count);
    if let Some(list) = macvlan.macaddr_data()? {
        let list = list.macaddr().map(|address| Ok(address?.into())).collect::<Result<Vec<Json>>>()?;
        out.set("macaddr_data", list);
    }
    Ok(out)
}

pub(crate) fn ipvlan(ipvlan: &IpvlanView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("mode", ipvlan.mode()?.map(|mode| lower(mode, "IPVLAN_MODE_")));
    if let Some(flags) = ipvlan.flags()? {
        out.set(
            if flags.contains(IpvlanF::PRIVATE) {
                "private"
            } else if flags.contains(IpvlanF::VEPA) {
                "vepa"
            } else {
                "bridge"
            },
            true,
        );
    }
    Ok(out)
}

pub(crate) fn vlan(vlan: &VlanView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("protocol", vlan.protocol()?.map(|protocol| word(protocol, VLAN_PROTOCOLS)));
    out.opt("id", vlan.id()?);
    out.opt("flags", vlan.flags()?.map(|flags| words(flags.flags, VLAN_FLAGS)));
    out.opt("ingress_qos", vlan.ingress_qos()?.map(|qos| mappings(&qos)).transpose()?);
    out.opt("egress_qos", vlan.egress_qos()?.map(|qos| mappings(&qos)).transpose()?);
    Ok(out)
}

fn mappings(qos: &VlanQosView<'_>) -> Result<Vec<Json>> {
    let mappings = qos.mapping().map(|mapping| {
        let mapping = mapping?;
        let mut out = Obj::default();
        out.set("from", mapping.from);
        out.set("to", mapping.to);
        Ok(out.into())
    });
    mappings.collect()
}

pub(crate) fn macsec(macsec: &MacsecView<'_>) -> Result<Obj> {
    let on_off = |value: Option<u8>| value.map(|v| v != 0);
    let mut out = Obj::default();
    out.opt("sci", macsec.sci()?.map(|sci| format!("{sci:016x}")));
    out.opt("cipher_suite", macsec.cipher_suite()?.map(|suite| word(suite, CIPHERS)));
    out.opt("icv_len", macsec.icv_len()?);
    out.opt("encoding_sa", macsec.encoding_sa()?);
    out.opt("validation", macsec.validation()?.map(|v| lower(v, "MACSEC_VALIDATE_")));
    out.opt("encrypt", on_off(macsec.encrypt()?));
    out.opt("protect", on_off(macsec.protect()?));
    out.opt("inc_sci", on_off(macsec.inc_sci()?));
    out.opt("es", on_off(macsec.es()?));
    out.opt("scb", on_off(macsec.scb()?));
    out.opt("replay_protect", on_off(macsec.replay_protect()?));
    out.opt("window", macsec.window()?);
    out.opt("offload", macsec.offload()?.map(|v| lower(v, "MACSEC_OFFLOAD_")));
    Ok(out)
}

pub(crate) fn hsr(hsr: &HsrView<'_>, links: &Links) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("slave1", hsr.slave1()?.map(|index| links.name(index)));
    out.opt("slave2", hsr.slave2()?.map(|index| links.name(index)));
    out.opt("seq_nr", hsr.seq_nr()?);
    out.opt("supervision_addr", hsr.supervision_addr()?);
    out.opt("proto", hsr.protocol()?.map(|protocol| u8::from(protocol == HsrProtocol::PRP)));
    Ok(out)
}

pub(crate) fn tun(tun: &TunView<'_>) -> Result<Obj> {
    let mut out = Obj::default();
    out.opt("type", tun.type_()?.map(|ty| word(ty, &[(TunType::TUN, "tun"), (TunType::TAP, "tap")])));
    out.truth("pi", tun.pi()?);
    out.truth("vnet_hdr", tun.vnet_hdr()?);
    out.truth("multi_queue", tun.multi_queue()?);
    // Counted for every device, printed where there may be several.
    if tun.multi_queue()?.is_some_and(|v| v != 0) {
        out.opt("numqueues", tun.num_queues()?);
        out.opt("numdisabled", tun.num_disabled_queues()?);
    }
    out.truth("persist", tun.persist()?);
    Ok(out)
}
