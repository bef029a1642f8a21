function Get-HvoVersionDigest {
    <#
    .SYNOPSIS
        Returns the digests of the versions on the host, computed now.
    .OUTPUTS
        Ordered dictionary of name to digest.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Root,
        [Parameter(Mandatory = $true)] [string] $Versions
    )
    $digests = [ordered]@{}
    foreach ($name in @(Get-HvoVersionName -AgentRoot $Root)) {
        $digests[$name] = Get-HvoAgentDigest -AgentFolder (Join-Path $Versions $name)
    }
    return $digests
}
