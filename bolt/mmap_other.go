//go:build !(unix && (amd64 || arm64 || riscv64 || ppc64le || s390x || loong64 || mips64le))

package bolt

// initialMmap is 0 where address space is short, or where the file would take the map's size (Windows).
const initialMmap = 0
