function ConvertTo-HvoHex {
    <#
    .SYNOPSIS
        Returns bytes as lower-case hexadecimal text.
    .OUTPUTS
        String.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [byte[]] $Bytes
    )
    return [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}
