//! What the framing of datagrams promises.

use crate::chance::Chance;

use super::{Frames, LONGEST, TooLong, header};

fn framed(datagrams: &[Vec<u8>]) -> Vec<u8> {
    let one = |datagram: &Vec<u8>| [&header(datagram.len()).unwrap()[..], datagram].concat();
    datagrams.iter().flat_map(one).collect()
}

/// Reads the stream in pieces of random length and gives what came out.
fn read(stream: &[u8], chance: &mut Chance, longest: u64) -> Result<Vec<Vec<u8>>, TooLong> {
    let mut frames = Frames::default();
    let mut found = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        let space = frames.space();
        assert!(!space.is_empty(), "a reader that takes everything always has room");
        let piece = (1 + chance.below(longest) as usize).min(rest.len()).min(space.len());
        space[..piece].copy_from_slice(&rest[..piece]);
        frames.filled(piece);
        rest = &rest[piece..];
        while let Some(datagram) = frames.take()? {
            found.push(datagram.to_vec());
        }
    }
    Ok(found)
}

#[test]
fn datagrams_come_out_as_they_went_in_however_the_stream_is_cut() {
    for seed in 0..200 {
        let mut chance = Chance::new(seed);
        let datagrams: Vec<Vec<u8>> = (0..20)
            .map(|_| {
                let mut datagram = vec![0; 1 + chance.below(LONGEST as u64) as usize];
                chance.fill(&mut datagram);
                datagram
            })
            .collect();
        let longest = [1, 7, 1500, 5000][seed as usize % 4];
        assert_eq!(read(&framed(&datagrams), &mut chance, longest), Ok(datagrams), "seed {seed}");
    }
}

#[test]
fn empty_frames_are_passed_over() {
    let stream = framed(&[vec![], vec![1], vec![], vec![], vec![2, 3]]);
    assert_eq!(read(&stream, &mut Chance::new(1), 3), Ok(vec![vec![1], vec![2, 3]]));
}

#[test]
fn a_length_beyond_a_datagram_ends_the_connection() {
    let said = LONGEST as u16 + 1;
    let stream = [&framed(&[vec![9]])[..], &said.to_be_bytes(), &[0; 100]].concat();
    assert_eq!(read(&stream, &mut Chance::new(1), 1), Err(TooLong { said }));
    assert_eq!(header(LONGEST + 1), None);
    assert_eq!(header(LONGEST), Some((LONGEST as u16).to_be_bytes()));
}

#[test]
fn a_caller_who_overstates_what_came_does_no_harm() {
    let mut frames = Frames::default();
    frames.filled(usize::MAX);
    while frames.take().unwrap().is_some() {}
}
