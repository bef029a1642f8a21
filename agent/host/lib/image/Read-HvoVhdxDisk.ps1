function Read-HvoVhdxDisk {
    <#
    .SYNOPSIS
        Returns bytes of the disk in a VHDX file, within one of its blocks. A block that is not in the file is all zeros.
    .OUTPUTS
        Byte array.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Layout,
        [Parameter(Mandatory = $true)] [long] $Offset,
        [Parameter(Mandatory = $true)] [ValidateRange(1, 1048576)] [int] $Count
    )
    if ($Offset -lt 0 -or $Offset -gt $Layout.Size - $Count) {
        throw [System.IO.InvalidDataException]::new("its disk has $($Layout.Size) bytes, and $Count bytes at $Offset belong to it")
    }
    $inside = $Offset % $Layout.BlockSize
    if ($inside + $Count -gt $Layout.BlockSize) { throw [System.IO.InvalidDataException]::new('a table crosses its blocks') }
    # Between the entries of so many blocks lies one for a bitmap of sectors (MS-VHDX 2.5).
    $ratio = [long](8388608 * $Layout.SectorSize / $Layout.BlockSize)
    $index = [long](($Offset - $inside) / $Layout.BlockSize)
    $entry = $index + [long](($index - $index % $ratio) / $ratio)
    if (8 * $entry -gt $Layout.BatLength - 8) {
        throw [System.IO.InvalidDataException]::new("its table of blocks ends before block $index")
    }
    $bytes = Read-HvoByte -Stream $Stream -Offset ($Layout.BatOffset + 8 * $entry) -Count 8
    # PAYLOAD_BLOCK_FULLY_PRESENT; of a disk without a parent every other state reads as zeros.
    if (($bytes[0] -band 7) -ne 6) { return , [byte[]]::new($Count) }
    $megabyte = [long]([BitConverter]::ToUInt64($bytes, 0) -shr 20)
    if ($megabyte -gt $Stream.Length / 1048576) { throw [System.IO.InvalidDataException]::new("its block $index is behind its end") }
    return , (Read-HvoByte -Stream $Stream -Offset ($megabyte * 1048576 + $inside) -Count $Count)
}
