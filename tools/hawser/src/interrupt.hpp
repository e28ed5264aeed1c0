#pragma once

namespace hawser::tool {

/// From now on Ctrl-C and SIGTERM only ask to stop; a second one ends the process at once.
void catch_interrupts();

/// The signal that asked to stop, 0 if none has.
int interrupted() noexcept;

} // namespace hawser::tool
