//! What a program brings along where there is no operating system, as small as it can be: a browser downloads it.

use core::panic::PanicInfo;

use lol_alloc::{FreeListAllocator, LockedAllocator};

/// A list of what is free. A session asks for little memory and gives most of it back at once, so that the list stays short.
#[global_allocator]
static MEMORY: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());

/// A fault of ours traps, and the page throws. What would be said of it is not in the module.
#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
