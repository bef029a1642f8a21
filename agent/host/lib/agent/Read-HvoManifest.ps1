function Read-HvoManifest {
    <#
    .SYNOPSIS
        Returns agent-manifest.json: version and schema_versions of the agent.
    #>
    $folder = [System.IO.Path]::GetDirectoryName($PSScriptRoot)
    return ConvertFrom-Json -InputObject ([System.IO.File]::ReadAllText((Join-Path $folder 'agent-manifest.json')))
}
