function Get-HvoAgentRoot {
    <#
    .SYNOPSIS
        Returns the folder that holds agent.json: the one above versions for an agent in versions\<name>, else its own.
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
