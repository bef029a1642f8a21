function Read-HvoVhdxHeader {
    <#
    .SYNOPSIS
        Returns the current header of a VHDX file: the valid one of its two with the greater sequence number (MS-VHDX 2.2.2).
    .OUTPUTS
        Object: DataId (a GUID that changes with the disk's content), Clean (its log is empty).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [System.IO.Stream] $Stream
    )
    $found = $null
    $greatest = [uint64]0
    foreach ($offset in 65536, 131072) {
        $header = Read-HvoByte -Stream $Stream -Offset $offset -Count 4096
        if ([System.Text.Encoding]::ASCII.GetString($header, 0, 4) -cne 'head') { continue }
        $checksum = [BitConverter]::ToUInt32($header, 4)
        [Array]::Clear($header, 4, 4)
        if ((Get-HvoCrc32c -Bytes $header) -ne $checksum) { continue }
        $sequence = [BitConverter]::ToUInt64($header, 8)
        if ($null -ne $found -and $sequence -le $greatest) { continue }
        $greatest = $sequence
        $found = [PSCustomObject]@{
            DataId = [Guid]::new([byte[]]$header[32..47]).ToString('D')
            Clean = [Guid]::new([byte[]]$header[48..63]) -eq [Guid]::Empty
        }
    }
    if ($null -eq $found) { throw [System.IO.InvalidDataException]::new('neither of its two headers is valid') }
    return $found
}
