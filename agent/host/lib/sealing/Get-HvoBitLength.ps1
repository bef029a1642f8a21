function Get-HvoBitLength {
    <#
    .SYNOPSIS
        Returns the bit length of a big-endian number.
    .OUTPUTS
        Int32.
    #>
    [CmdletBinding()]
    [OutputType([int])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    for ($index = 0; $index -lt $Bytes.Length; $index++) {
        if ($Bytes[$index]) {
            return ($Bytes.Length - $index - 1) * 8 + [Convert]::ToString($Bytes[$index], 2).Length
        }
    }
    return 0
}
