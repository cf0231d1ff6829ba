//go:build !((linux && !android) || (darwin && !ios) || dragonfly || freebsd || netbsd || openbsd || windows) || !(amd64 || arm64 || loong64 || mips64 || mips64le || ppc64 || ppc64le || riscv64 || s390x)

package platform

const unsupported int = "readmostly compares on 64-bit Linux, macOS, *BSD and Windows only; its libraries build everywhere"
