function Get-HvoCrc32c {
    <#
    .SYNOPSIS
        Returns the CRC-32C (Castagnoli) of bytes, the checksum of VHDX.
    .OUTPUTS
        UInt32.
    #>
    [CmdletBinding()]
    [OutputType([uint32])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    $table = [uint32[]]::new(256)
    for ($index = 0; $index -lt 256; $index++) {
        $value = [uint32]$index
        for ($bit = 0; $bit -lt 8; $bit++) {
            # The reversed polynomial 0x82F63B78, which would be a negative number in hexadecimal.
            $value = if ($value % 2) { ($value -shr 1) -bxor [uint32]2197175160 } else { $value -shr 1 }
        }
        $table[$index] = $value
    }
    $crc = [uint32]::MaxValue
    foreach ($byte in $Bytes) { $crc = $table[($crc -bxor $byte) % 256] -bxor ($crc -shr 8) }
    return $crc -bxor [uint32]::MaxValue
}
