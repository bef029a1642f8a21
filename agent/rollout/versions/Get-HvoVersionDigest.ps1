function Get-HvoVersionDigest {
    <#
    .SYNOPSIS
        Returns the digests of the versions that lie in the root, by name, as they are now.
    .OUTPUTS
        Ordered dictionary.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter(Mandatory = $true)] [string] $Versions
    )
    $digests = [ordered]@{}
    foreach ($name in @(Get-HvoVersionName -AgentRoot $Root)) { $digests[$name] = Get-HvoAgentDigest -AgentFolder (Join-Path $Versions $name) }
    return $digests
}
