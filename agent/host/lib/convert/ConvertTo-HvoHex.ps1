function ConvertTo-HvoHex {
    <#
    .SYNOPSIS
        Returns bytes as lower-case hexadecimal text.
    #>
    param([Parameter(Mandatory = $true)] [byte[]] $Bytes)
    return [BitConverter]::ToString($Bytes).Replace('-', '').ToLowerInvariant()
}
