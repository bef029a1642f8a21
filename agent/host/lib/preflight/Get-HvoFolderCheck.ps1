function Get-HvoFolderCheck {
    <#
    .SYNOPSIS
        Returns the row of a folder: whether it exists, whether agent.json allows it, its owner, and who may change it.
    .DESCRIPTION
        The allowed roots are read where AgentRoot is given. A folder of machines that does not exist is made by the first of them, with the
        rights of its volume.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param(
        [Parameter(Mandatory = $true)] [string] $Id,
        [Parameter(Mandatory = $true)] [string] $Path,
        [Parameter()] [string] $AgentRoot = ''
    )
    $expected = 'a folder that only administrators, SYSTEM and the agent''s account may change'
    $row = @{ Subject = $Path; Expected = $expected }
    if ($AgentRoot) {
        $expected = "$expected, inside of the allowed roots"
        $row.Expected = $expected
        try {
            $what = if ($Id -ceq 'ImageFolder') { 'images' } else { 'machines' }
            $roots = Read-HvoAllowedRoot -AgentRoot $AgentRoot
            $null = Resolve-HvoAllowedPath -Path $Path -Roots $roots[$what] -What $what
        } catch {
            return New-HvoCheckRow -Id $Id @row -State blocking -Observed (ConvertTo-HvoFailure -ErrorRecord $_).Message
        }
    }
    if (-not [System.IO.Directory]::Exists($Path)) {
        $volume = [System.IO.Path]::GetPathRoot($Path)
        $state = if ($Id -ceq 'MachineFolder' -and [System.IO.Directory]::Exists($volume)) { 'warning' } else { 'blocking' }
        return New-HvoCheckRow -Id $Id @row -State $state -Observed 'does not exist'
    }
    $rights = Get-HvoFolderRight -Path $Path
    $others = @($rights.Writers)
    if (-not $others.Count) { return New-HvoCheckRow -Id $Id @row -State ok -Observed "owner $($rights.Owner), changed by nobody else" }
    $more = if ($others.Count -gt 5) { " and $($others.Count - 5) more" } else { '' }
    $shown = @($others | Select-Object -First 5) -join ', '
    return New-HvoCheckRow -Id $Id @row -State warning -Observed "owner $($rights.Owner); may also be changed by $shown$more"
}
