function Get-HvoAgentRoot {
    <#
    .SYNOPSIS
        Returns the folder of agent.json: two levels up for an agent in versions\<name>, else the agent's own folder.
    .OUTPUTS
        String: the path.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    $parent = [System.IO.Path]::GetDirectoryName($AgentFolder)
    if ([System.IO.Path]::GetFileName($parent) -ne 'versions') { return $AgentFolder }
    return [System.IO.Path]::GetDirectoryName($parent)
}
