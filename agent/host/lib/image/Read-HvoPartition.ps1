function Read-HvoPartition {
    <#
    .SYNOPSIS
        Returns how the disk in a VHDX file is partitioned.
    .OUTPUTS
        Object: Style (GPT, MBR or None), HasEfi (it has an EFI system partition).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream,
        [Parameter(Mandatory = $true)] [PSCustomObject] $Layout
    )
    $found = [PSCustomObject]@{ Style = 'None'; HasEfi = $false }
    if ($Layout.Size -lt 2 * $Layout.SectorSize) { return $found }
    $header = Read-HvoVhdxDisk -Stream $Stream -Layout $Layout -Offset $Layout.SectorSize -Count 512
    if ([System.Text.Encoding]::ASCII.GetString($header, 0, 8) -ceq 'EFI PART') {
        $found.Style = 'GPT'
        $start = [BitConverter]::ToUInt64($header, 72)
        $count, $size = [long][BitConverter]::ToUInt32($header, 80), [long][BitConverter]::ToUInt32($header, 84)
        # A power of two from 128 on; more entries than fit into 64 KiB are not looked at.
        $odd = $size -lt 128 -or $size -gt 4096 -or ($size -band ($size - 1)) -ne 0
        if ($odd -or $start -gt 1048576) { throw [System.IO.InvalidDataException]::new('its GPT has entries of an unknown form') }
        $count = [int][Math]::Min($count, 65536 / $size)
        if ($count -eq 0) { return $found }
        $entries = Read-HvoVhdxDisk -Stream $Stream -Layout $Layout -Offset ([long]$start * $Layout.SectorSize) -Count ($count * $size)
        $efi = [Guid]'c12a7328-f81f-11d2-ba4b-00a0c93ec93b'
        $type = [byte[]]::new(16)
        for ($index = 0; $index -lt $count; $index++) {
            [Buffer]::BlockCopy($entries, [int]($index * $size), $type, 0, 16)
            if ([Guid]::new($type) -eq $efi) { $found.HasEfi = $true }
        }
        return $found
    }
    $record = Read-HvoVhdxDisk -Stream $Stream -Layout $Layout -Offset 0 -Count 512
    if ($record[510] -ne 0x55 -or $record[511] -ne 0xAA) { return $found }
    foreach ($at in 446, 462, 478, 494) {
        # A boot sector of a file system ends with the same two bytes; a partition is active or not.
        if ($record[$at + 4] -eq 0 -or @(0, 0x80) -notcontains $record[$at]) { continue }
        $found.Style = 'MBR'
        if ($record[$at + 4] -eq 0xEF) { $found.HasEfi = $true }
    }
    return $found
}
