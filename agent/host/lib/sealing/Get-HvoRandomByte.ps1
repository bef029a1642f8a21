function Get-HvoRandomByte {
    <#
    .SYNOPSIS
        Returns random bytes that are fit for keys.
    .OUTPUTS
        Byte array, as one object.
    #>
    [CmdletBinding()]
    [OutputType([byte[]])]
    param(
        [Parameter(Mandatory = $true)] [int] $Count
    )
    $bytes = [byte[]]::new($Count)
    $source = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $source.GetBytes($bytes) } finally { $source.Dispose() }
    return , $bytes
}
