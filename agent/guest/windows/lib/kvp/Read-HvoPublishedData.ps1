function Read-HvoPublishedData {
    <#
    .SYNOPSIS
        Returns the sealed data that the host has published, assembled from its parts.
    .OUTPUTS
        PSCustomObject with Refusal (a code; empty if all parts exist and the checksum matches; `Nothing` if nothing is
        published) and Sealed (the JWE).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    $pool = 'SOFTWARE\Microsoft\Virtual Machine\External'
    $manifest = Get-HvoRegistryValue -Path $pool -Name 'ProvisioningData'
    if (-not $manifest) { return [PSCustomObject]@{ Refusal = 'Nothing'; Sealed = '' } }
    try {
        if ($manifest.Length -gt 1000) { throw [FormatException]::new('The manifest is too long.') }
        $entries = ConvertFrom-HvoJsonText -Text $manifest
    } catch [FormatException] {
        return [PSCustomObject]@{ Refusal = 'ManifestUnreadable'; Sealed = '' }
    }
    $parts = $entries['parts']
    $digest = $entries['sha256']
    if (-not (Test-HvoJsonString -Value $entries['protocol'] -Expected '1') -or $parts -isnot [string] -or
        $parts -cnotmatch '\A([1-9][0-9]?|1[01][0-9]|120)\z' -or $digest -isnot [string] -or
        $digest -cnotmatch '\A[0-9a-f]{64}\z') {
        return [PSCustomObject]@{ Refusal = 'ManifestUnreadable'; Sealed = '' }
    }
    $published = [System.Text.StringBuilder]::new()
    for ($number = 0; $number -lt [int]$parts; $number++) {
        $part = Get-HvoRegistryValue -Path $pool -Name "ProvisioningData.$number"
        if (-not $part) { return [PSCustomObject]@{ Refusal = 'PartMissing'; Sealed = '' } }
        if ($part.Length -gt 1000) { return [PSCustomObject]@{ Refusal = 'PartTooLong'; Sealed = '' } }
        $null = $published.Append($part)
    }
    $sealed = [string]$published
    $sha256 = [System.Security.Cryptography.SHA256]::Create()
    try {
        $computed = $sha256.ComputeHash([System.Text.Encoding]::UTF8.GetBytes($sealed))
    } finally {
        $sha256.Dispose()
    }
    if ([BitConverter]::ToString($computed).Replace('-', '').ToLowerInvariant() -cne $digest) {
        return [PSCustomObject]@{ Refusal = 'DigestWrong'; Sealed = '' }
    }
    return [PSCustomObject]@{ Refusal = ''; Sealed = $sealed }
}
