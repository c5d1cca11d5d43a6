//! Effects: everything that touches hosts, engines, files and the clock.
