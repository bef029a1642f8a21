function Read-HvoManifest {
    <#
    .SYNOPSIS
        Returns agent-manifest.json: version and schema_versions of the agent.
    .OUTPUTS
        Object with version and schema_versions.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param()
    $folder = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
    return ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText((Join-Path $folder 'agent-manifest.json')))
}
