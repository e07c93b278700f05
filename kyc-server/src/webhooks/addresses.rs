//! To which addresses a webhook may go: to those of the public internet, and further only where an operator says so.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where an address leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Anywhere on the internet.
    Public,
    /// Into somebody's own network, or to this machine.
    Private,
    /// To nobody, to many, or to what tells the secrets of a machine in a cloud.
    Never,
}

impl Reach {
    pub(super) fn of(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(address) => Self::of_v4(address),
            IpAddr::V6(address) => match address.to_ipv4_mapped() {
                Some(address) => Self::of_v4(address),
                None => Self::of_v6(address),
            },
        }
    }

    const fn of_v4(address: Ipv4Addr) -> Self {
        match address.octets() {
            // Of no network; link-local, where clouds tell a machine its credentials, and what Azure and Alibaba have for it.
            [0, ..] | [169, 254, ..] | [168, 63, 129, 16] | [100, 100, 100, 200] => Self::Never,
            // Multicast, reserved, broadcast.
            [224..=255, ..] => Self::Never,
            // Assigned by protocols, for documentation and for benchmarks; the old relay of 6to4.
            [192, 0, 0 | 2, _] | [192, 88, 99, _] => Self::Never,
            [198, 18 | 19, ..] | [198, 51, 100, _] | [203, 0, 113, _] => Self::Never,
            [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] => Self::Private,
            // Behind the translator of a provider.
            [100, 64..=127, ..] => Self::Private,
            _ => Self::Public,
        }
    }

    const fn of_v6(address: Ipv6Addr) -> Self {
        match address.segments() {
            [0, 0, 0, 0, 0, 0, 0, 1] => Self::Private,
            // Amazon's link to what tells a machine its credentials, in the midst of the private ones.
            [0xfd00, 0xec2, ..] => Self::Never,
            [0xfc00..=0xfdff, ..] => Self::Private,
            // For protocols, for documentation, and 6to4, which hides an address of the other family.
            [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] => Self::Never,
            [0x2002, ..] | [0x3fff, 0..=0xfff, ..] => Self::Never,
            [0x2000..=0x3fff, ..] => Self::Public,
            // Translations of the other family, link-local, multicast, and what is not assigned.
            _ => Self::Never,
        }
    }

    /// Whether a webhook may go there.
    pub(super) fn is_allowed(self, private_too: bool) -> bool {
        match self {
            Self::Public => true,
            Self::Private => private_too,
            Self::Never => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_reached_and_private_networks_when_somebody_says_so() {
        let table = [
            (
                Reach::Public,
                "93.184.215.14 1.1.1.1 100.63.255.255 100.128.0.1 172.15.0.1 172.32.0.1 192.167.0.1 198.20.0.1 \
                             223.255.255.255 168.63.129.17 2606:4700::1111 2a00:1450::1 2001:4860::8888 ::ffff:1.1.1.1",
            ),
            (
                Reach::Private,
                "127.0.0.1 127.255.0.9 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 \
                              100.127.255.255 ::1 fc00::1 fd12:3456::1 ::ffff:127.0.0.1 ::ffff:10.1.2.3",
            ),
            (
                Reach::Never,
                "0.0.0.0 0.1.2.3 169.254.169.254 169.254.0.1 168.63.129.16 192.0.0.170 192.0.2.1 198.18.0.1 \
                            198.51.100.7 203.0.113.9 192.88.99.1 100.100.100.200 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: fe80::1 \
                            fec0::1 ff02::1 fd00:ec2::254 64:ff9b::7f00:1 64:ff9b:1::a00:1 2002:7f00:1::1 2001::1 \
                            2001:db8::1 3fff::1 100::1 ::127.0.0.1 ::ffff:169.254.169.254 ::ffff:0.0.0.0 5f00::1",
            ),
        ];
        for (expected, addresses) in table {
            for address in addresses.split_whitespace() {
                let reach = Reach::of(address.parse().unwrap());
                assert_eq!(reach, expected, "{address}");
                assert_eq!(
                    reach.is_allowed(false),
                    expected == Reach::Public,
                    "{address}"
                );
                assert_eq!(
                    reach.is_allowed(true),
                    expected != Reach::Never,
                    "{address}"
                );
            }
        }
    }
}
