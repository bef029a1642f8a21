function Install-HvoModule {
    <#
    .SYNOPSIS
        Installs the endpoint's module, with the agent's folder fixed in it.
    .DESCRIPTION
        Windows looks for role capabilities in modules below Program Files, which only administrators can change.
    .PARAMETER Source
        The module's folder.
    .PARAMETER AgentPath
        The agent's folder.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory = $true)] [string] $Source,
        [Parameter(Mandatory = $true)] [string] $AgentPath
    )
    $target = [System.IO.Path]::Combine($env:ProgramFiles, 'WindowsPowerShell', 'Modules', 'HyperVOperator')
    $beside = "$target.new"
    foreach ($folder in $beside, "$target.old") {
        if ([System.IO.Directory]::Exists($folder)) { [System.IO.Directory]::Delete($folder, $true) }
    }
    Copy-Item -LiteralPath $Source -Destination $beside -Recurse
    $content = ConvertTo-Json -InputObject @{ agent = $AgentPath } -Compress
    [System.IO.File]::WriteAllText([System.IO.Path]::Combine($beside, 'endpoint.json'), $content)
    if ([System.IO.Directory]::Exists($target)) { [System.IO.Directory]::Move($target, "$target.old") }
    [System.IO.Directory]::Move($beside, $target)
    if ([System.IO.Directory]::Exists("$target.old")) { [System.IO.Directory]::Delete("$target.old", $true) }
}
