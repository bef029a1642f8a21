function Read-HvoManifest {
    <#
    .SYNOPSIS
        Returns the content of agent-manifest.json.
    .OUTPUTS
        Object with version and schema_versions.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    return ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText((Join-Path $AgentFolder 'agent-manifest.json')))
}
