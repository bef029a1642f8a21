function Read-ProvisioningJobDefinition {
    <#
    .SYNOPSIS
        Returns the job that was piped in, checked for presence and form.
    .DESCRIPTION
        The job is compact JSON in UTF-8, base64, as one string of pipeline input; powershell -File leaves the pipeline
        empty and has it on standard input. JSON itself is read as well. Refuses a schema id that is not the script's and a
        version that agent-manifest.json does not list.
    .OUTPUTS
        Object with schema, run, host and what else the schema has.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowNull()] [object[]] $InputObject,
        [Parameter(Mandatory = $true)] [string[]] $SchemaId
    )
    $text = (@($InputObject | ForEach-Object { [string]$_ }) -join '').Trim()
    if (-not $text -and [Console]::IsInputRedirected) { $text = [Console]::In.ReadToEnd().Trim() }
    if (-not $text) {
        Stop-HvoLaunch -Code InvalidDefinition -Message ('There is no job in the pipeline and none on standard input. Pipe it in: ' +
            "its JSON in UTF-8, base64, as one string.")
    }
    try {
        if (-not $text.StartsWith('{')) { $text = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($text)) }
        $job = ConvertFrom-Json -InputObject $text
    } catch {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The job is no base64 of JSON in UTF-8. Bring agent and operator to one version.'
    }
    $schema = Get-HvoProperty $job 'schema'
    $id = Get-HvoProperty $schema 'id'
    $version = Get-HvoProperty $schema 'version'
    if (-not $id -or $null -eq $version) {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The job names no schema. Bring agent and operator to one version.'
    }
    $known = @(1)
    if ($id -eq 'vm-provisioning') { $known = @((Read-HvoManifest).schema_versions) }
    $supported = (Test-HvoInteger -Value $version -Minimum 1 -Maximum 1000000) -and $known -contains $version
    if ($SchemaId -cnotcontains $id -or -not $supported) {
        Stop-HvoLaunch -Code SchemaMismatch -Message ("Schema $id version $version is not supported here, only " +
            "$($SchemaId -join ', ') version $($known -join ', '). Bring agent and operator to one version.")
    }
    Assert-HvoJobDefinition -Job $job
    return $job
}
