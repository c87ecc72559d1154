//! The older part of a trace, on the disk: records in two nameless files that take turns, so that the whole is bounded.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt as _;

/// Of so many records one is in the index: a reader passes over fewer before it finds the one that it wants.
const STRIDE: u64 = 64;
/// What is collected before it is written.
const BLOCK: usize = 64 * 1024;
/// Bytes before each record that tell how long it is.
const LENGTH: usize = 4;

/// See the module's documentation. The files have no name: they are gone with the process, however it ends.
#[derive(Debug)]
pub(super) struct Spill {
    segments: VecDeque<Segment>,
    /// Bytes that one file may have.
    most: u64,
}

#[derive(Debug)]
struct Segment {
    file: File,
    /// The number of the first record.
    first: u64,
    records: u64,
    /// Bytes that are written.
    written: u64,
    /// What is not written yet.
    block: Vec<u8>,
    /// Where every so-manieth record begins.
    index: Vec<u64>,
}

impl Spill {
    /// Keeps records in files of each so many bytes, and one record more.
    ///
    /// # Errors
    /// No file can be made.
    pub(super) fn of_at_most(most: u64) -> io::Result<Self> {
        let segments = VecDeque::from([Segment::beginning_at(1)?]);
        Ok(Self { segments, most })
    }

    /// Adds the record that follows the last one: whatever is written behind what is there.
    ///
    /// # Errors
    /// The disk does not take it.
    pub(super) fn add(&mut self, number: u64, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        if self.segments.back().is_none_or(|segment| segment.len() >= self.most) {
            self.segments.push_back(Segment::beginning_at(number)?);
            if self.segments.len() > 2 {
                self.segments.pop_front();
            }
        }
        match self.segments.back_mut() {
            Some(segment) => segment.add(write),
            None => Ok(()),
        }
    }

    /// The records after a number, oldest first, at most so many.
    ///
    /// # Errors
    /// They cannot be read.
    pub(super) fn after(&mut self, number: u64, most: usize) -> io::Result<Vec<Vec<u8>>> {
        let mut records = Vec::new();
        for segment in &mut self.segments {
            let from = number.saturating_add(1).max(segment.first);
            if from < segment.first + segment.records {
                segment.read(from, most - records.len(), &mut records)?;
            }
        }
        Ok(records)
    }
}

impl Segment {
    fn beginning_at(first: u64) -> io::Result<Self> {
        let file = tempfile::tempfile()?;
        Ok(Self { file, first, records: 0, written: 0, block: Vec::with_capacity(2 * BLOCK), index: Vec::new() })
    }

    fn len(&self) -> u64 {
        self.written + self.block.len() as u64
    }

    fn add(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> io::Result<()> {
        if self.records.is_multiple_of(STRIDE) {
            self.index.push(self.len());
        }
        self.records += 1;
        let begin = self.block.len();
        self.block.extend_from_slice(&[0; LENGTH]);
        write(&mut self.block);
        let length = u32::try_from(self.block.len() - begin - LENGTH).map_err(io::Error::other)?;
        if let Some(place) = self.block.get_mut(begin..begin + LENGTH) {
            place.copy_from_slice(&length.to_le_bytes());
        }
        if self.block.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.write_all_at(&self.block, self.written)?;
        self.written += self.block.len() as u64;
        self.block.clear();
        Ok(())
    }

    /// Appends records from a number on, which is one of this file's, until there are `most` more.
    fn read(&mut self, from: u64, most: usize, records: &mut Vec<Vec<u8>>) -> io::Result<()> {
        self.flush()?;
        let stride = usize::try_from((from - self.first) / STRIDE).unwrap_or(usize::MAX);
        let mut skip = (from - self.first) % STRIDE;
        let at = self.index.get(stride).copied().unwrap_or(self.written);
        let mut reader = BufReader::with_capacity(BLOCK, Part { file: &self.file, at });
        let wanted = records.len() + most;
        let mut at = at;
        while records.len() < wanted && at < self.written {
            let mut length = [0; LENGTH];
            reader.read_exact(&mut length)?;
            let length = u32::from_le_bytes(length);
            let mut record = vec![0; usize::try_from(length).map_err(io::Error::other)?];
            reader.read_exact(&mut record)?;
            at += LENGTH as u64 + u64::from(length);
            if skip > 0 {
                skip -= 1;
            } else {
                records.push(record);
            }
        }
        Ok(())
    }
}

/// A file from a place on, read without moving where others write.
struct Part<'f> {
    file: &'f File,
    at: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(buffer, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(most: u64, records: u64) -> Spill {
        let mut spill = Spill::of_at_most(most).unwrap();
        for number in 1..=records {
            spill.add(number, |block| block.extend_from_slice(&text(number))).unwrap();
        }
        spill
    }

    fn text(number: u64) -> Vec<u8> {
        format!("record {number:08}").into_bytes()
    }

    #[test]
    fn any_stretch_of_records_is_found_again() {
        let mut spill = filled(1 << 30, 20_000);
        for (after, most) in [(0, 3), (62, 4), (63, 1), (64, 200), (9_999, 7), (19_998, 9), (20_000, 1), (u64::MAX, 1)]
        {
            let wanted: Vec<_> = (1..=20_000).filter(|n| *n > after).take(most).map(text).collect();
            assert_eq!(spill.after(after, most).unwrap(), wanted, "{after} {most}");
        }
    }

    #[test]
    fn the_oldest_half_goes_when_both_files_are_full() {
        // A record has 15 bytes and 4 before it, so a file has 100.
        let mut spill = filled(1900, 250);
        let records = spill.after(0, usize::MAX).unwrap();
        assert_eq!((records.len(), &records[0]), (150, &text(101)));
        assert_eq!(spill.after(195, 10).unwrap()[4..6], [text(200), text(201)], "across both files");
    }

    #[test]
    fn a_record_longer_than_a_block_is_whole() {
        let mut spill = Spill::of_at_most(1 << 30).unwrap();
        for (number, byte) in [(1, b'a'), (2, b'b'), (3, b'c')] {
            spill.add(number, |block| block.resize(block.len() + 3 * BLOCK, byte)).unwrap();
        }
        assert_eq!(spill.after(1, 9).unwrap(), [vec![b'b'; 3 * BLOCK], vec![b'c'; 3 * BLOCK]]);
    }
}
