//! The newest packets of a source, kept to be sent again. Holds what its caller counts as a packet, and never more of
//! them than it was made for.

/// The newest packets of one source, kept to be sent again: as many as it was made for, and never more.
#[derive(Debug)]
pub struct Kept<P> {
    places: Box<[Option<(u16, P)>]>,
}

impl<P> Kept<P> {
    /// Room for this many packets, rounded up to a power of two, 4096 at most.
    #[must_use]
    pub fn new(packets: usize) -> Self {
        let places = packets.clamp(1, 4096).next_power_of_two();
        Self { places: std::iter::repeat_with(|| None).take(places).collect() }
    }

    /// Keeps a packet in the place of the one that far before it.
    pub fn put(&mut self, sequence: u16, packet: P) {
        let at = self.place(sequence);
        self.places[at] = Some((sequence, packet));
    }

    /// The packet of this number, if it has come and is still kept.
    #[must_use]
    pub fn get(&self, sequence: u16) -> Option<&P> {
        let (kept, packet) = self.places[self.place(sequence)].as_ref()?;
        (*kept == sequence).then_some(packet)
    }

    /// Lets everything go.
    pub fn clear(&mut self) {
        self.places.fill_with(|| None);
    }

    fn place(&self, sequence: u16) -> usize {
        usize::from(sequence) & (self.places.len() - 1)
    }
}
