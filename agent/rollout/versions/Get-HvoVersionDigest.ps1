function Get-HvoVersionDigest {
    <#
    .SYNOPSIS
        Returns the digests of the versions that lie in the root, by name, as they are now.
    .OUTPUTS
        Ordered dictionary.
    #>
    param([Parameter(Mandatory = $true)] [string] $Root, [Parameter(Mandatory = $true)] [string] $Versions)
    $digests = [ordered]@{}
    foreach ($name in @(Get-HvoVersionName $Root)) { $digests[$name] = Get-HvoAgentDigest (Join-Path $Versions $name) }
    return $digests
}
