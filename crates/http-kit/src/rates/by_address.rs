//! How often an address may do something that is no request.

use std::fmt;

use super::{ADDRESSES_PER_NETWORK, Cells, Limiter, Rate, limiter};
use crate::client_address::ClientAddress;

/// Addresses and networks that are remembered at a time: some 4 MB.
const CELLS_MAX: usize = 1 << 16;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Address(ClientAddress),
    Network(ClientAddress),
}

/// A budget for each address, and one of eight times as much for each IPv6 /48.
pub(crate) struct AddressRate {
    address: Limiter<Key>,
    network: Limiter<Key>,
}

impl AddressRate {
    pub(crate) fn new(rate: Rate) -> Self {
        let cells = Cells::new(CELLS_MAX);
        let network = limiter(rate.times(ADDRESSES_PER_NETWORK), cells.clone());
        Self { address: limiter(rate, cells), network }
    }

    /// Takes one from the budgets; false where one is used up.
    pub(crate) fn spend(&self, address: ClientAddress) -> bool {
        let of_network = || match address.network() {
            Some(network) => self.network.check_key(&Key::Network(network)).is_ok(),
            None => true,
        };
        self.address.check_key(&Key::Address(address)).is_ok() && of_network()
    }
}

impl fmt::Debug for AddressRate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AddressRate").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;
    use std::time::Duration;

    use super::*;

    fn address(text: &str) -> ClientAddress {
        ClientAddress::of(text.parse::<IpAddr>().expect("it is an address"))
    }

    #[test]
    fn an_address_and_a_network_use_up_their_own_budgets() {
        let rate = Rate::new(3, Duration::from_secs(3_600), 3).expect("it is a rate");
        let rates = AddressRate::new(rate);
        let taken = (0..10).filter(|_| rates.spend(address("192.0.2.1"))).count();
        assert_eq!((taken, rates.spend(address("192.0.2.2"))), (3, true));
        let neighbours = (0..100).map(|part| address(&format!("2001:db8:1:{part}::1")));
        assert_eq!(neighbours.filter(|neighbour| rates.spend(*neighbour)).count(), 3 * 8);
        assert!(rates.spend(address("2001:db8:2::1")));
    }
}
