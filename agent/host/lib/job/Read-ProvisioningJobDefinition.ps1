function Read-ProvisioningJobDefinition {
    <#
    .SYNOPSIS
        Returns the job from the pipeline or standard input, after checking its schema and its keys.
    .DESCRIPTION
        The job is compact JSON in UTF-8, base64, as one string of pipeline input. With powershell -File the pipeline is
        empty and the job is on standard input. Plain JSON is read as well. Fails with SchemaMismatch for a schema id that
        is not the script's and for a version that agent-manifest.json does not list.
    .OUTPUTS
        Object with schema, run, host and the other keys of the schema.
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [AllowEmptyCollection()] [AllowNull()] [object[]] $InputObject,
        [Parameter(Mandatory = $true)] [string[]] $SchemaId,
        [Parameter(Mandatory = $true)] [string] $AgentFolder
    )
    $text = (@($InputObject | ForEach-Object { [string]$_ }) -join '').Trim()
    if (-not $text -and [Console]::IsInputRedirected) { $text = [Console]::In.ReadToEnd().Trim() }
    if (-not $text) {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'There is no job in the pipeline and none on standard input.'
    }
    try {
        if (-not $text.StartsWith('{', [StringComparison]::Ordinal)) {
            $text = [System.Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($text))
        }
        $job = ConvertFrom-Json -InputObject $text
    } catch {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The job is not base64 of JSON in UTF-8.'
    }
    $schema = Get-HvoProperty $job 'schema'
    $id = Get-HvoProperty $schema 'id'
    $version = Get-HvoProperty $schema 'version'
    if (-not $id -or $null -eq $version) {
        Stop-HvoLaunch -Code InvalidDefinition -Message 'The job names no schema id and version.'
    }
    $known = @(1)
    if ($id -eq 'vm-provisioning') { $known = @((Read-HvoManifest -AgentFolder $AgentFolder).schema_versions) }
    $supported = (Test-HvoInteger -Value $version -Minimum 1 -Maximum 1000000) -and $known -contains $version
    if ($SchemaId -cnotcontains $id -or -not $supported) {
        Stop-HvoLaunch -Code SchemaMismatch -Message ("Schema $id version $version is not supported. Supported: " +
            "$($SchemaId -join ', ') version $($known -join ', ').")
    }
    Assert-HvoJobDefinition -Job $job
    return $job
}
