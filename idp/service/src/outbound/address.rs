//! Which addresses belong to the public internet (the registries of RFC 6890).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        // "This network", shared address space, protocol assignments, benchmarking, reserved and broadcast.
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, .., g, h] = address.segments();
    if let Some(embedded) = address.to_ipv4_mapped() {
        return is_public_v4(embedded);
    }
    // Global unicast is 2000::/3, and NAT64 leads to what is embedded in it.
    if (a, b) == (0x64, 0xff9b) {
        return is_public_v4(Ipv4Addr::from((u32::from(g) << 16) | u32::from(h)));
    }
    let documentation = (a, b) == (0x2001, 0x0db8) || a == 0x3fff;
    // Teredo, ORCHID and other protocol assignments; 6to4 can spell a private address.
    let assignments = a == 0x2001 && b < 0x0200 || a == 0x2002;
    (a & 0xe000) == 0x2000 && !documentation && !assignments
}
