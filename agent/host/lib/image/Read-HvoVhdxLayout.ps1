function Read-HvoVhdxLayout {
    <#
    .SYNOPSIS
        Returns where a VHDX file keeps its blocks, and what disk it holds.
    .OUTPUTS
        Object: BatOffset, BatLength, BlockSize, SectorSize, Size (all in bytes), HasParent, DiskId.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream
    )
    try {
        $regions = Read-HvoVhdxTable -Stream $Stream -Offset 196608 -Signature 'regi'
    } catch {
        # There is a copy of this table.
        $regions = Read-HvoVhdxTable -Stream $Stream -Offset 262144 -Signature 'regi'
    }
    $bat, $metadata = $regions['2dc27766-f623-4200-9d64-115e9bfd4a08'], $regions['8b7ca206-4790-4b9a-b8fe-575f050f886e']
    if ($null -eq $bat -or $null -eq $metadata) {
        throw [System.IO.InvalidDataException]::new('it lacks the region of its blocks or of its metadata')
    }
    $items = Read-HvoVhdxTable -Stream $Stream -Offset $metadata.Offset -Signature 'metadata'
    $values = @{}
    $wanted = @{
        File = 'caa16737-fa36-4d43-b3b6-33f0aa44e76b', 8; Size = '2fa54224-cd1b-4876-b211-5dbed83bf4b8', 8
        Disk = 'beca12ab-b2e6-4523-93ef-c309e000c746', 16; Sector = '8141bf1d-a96f-4709-ba47-f233a8faab5f', 4
    }
    foreach ($name in $wanted.Keys) {
        $item = $items[$wanted[$name][0]]
        if ($null -eq $item) { throw [System.IO.InvalidDataException]::new("it lacks the metadata of its $name") }
        $values[$name] = Read-HvoByte -Stream $Stream -Offset ($metadata.Offset + $item.Offset) -Count $wanted[$name][1]
    }
    $block, $sector = [long][BitConverter]::ToUInt32($values.File, 0), [long][BitConverter]::ToUInt32($values.Sector, 0)
    # A power of two from 1 to 256 MiB; 512 or 4096.
    $isBlock = $block -ge 1048576 -and $block -le 268435456 -and ($block -band ($block - 1)) -eq 0
    if (-not $isBlock -or @(512, 4096) -notcontains $sector) {
        throw [System.IO.InvalidDataException]::new("it has blocks of $block and sectors of $sector bytes")
    }
    return [PSCustomObject]@{
        BatOffset = $bat.Offset; BatLength = $bat.Length; BlockSize = $block; SectorSize = $sector
        Size = [BitConverter]::ToInt64($values.Size, 0); HasParent = ([BitConverter]::ToUInt32($values.File, 4) -band 2) -ne 0
        DiskId = [Guid]::new($values.Disk).ToString('D')
    }
}
