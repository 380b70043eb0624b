//go:build unix && (amd64 || arm64 || riscv64 || ppc64le || s390x || loong64 || mips64le)

package bolt

// initialMmap is address space, not memory: a map that never moves never waits for readers.
const initialMmap = 8 << 30
