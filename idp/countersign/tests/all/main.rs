//! The binary, from outside.

#[cfg(test)] // so that its helpers may unwrap and panic as tests do
mod command_line;
#[cfg(test)]
mod founding;
#[cfg(test)]
mod installation;
#[cfg(test)]
mod tls;
