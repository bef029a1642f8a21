function Get-HvoRandomByte {
    <#
    .SYNOPSIS
        Returns random bytes that are fit for keys.
    #>
    param([Parameter(Mandatory = $true)] [int] $Count)
    $bytes = New-Object byte[] $Count
    $source = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $source.GetBytes($bytes) } finally { $source.Dispose() }
    return , $bytes
}
