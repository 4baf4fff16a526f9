//! Diagnostics as text: for people, for screen readers, for machines. The only place that knows `miette`.
