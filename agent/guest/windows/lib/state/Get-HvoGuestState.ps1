function Get-HvoGuestState {
    <#
    .SYNOPSIS
        Returns how far this VM is provisioned.
    .DESCRIPTION
        A state file that is missing, unreadable or of another VM counts as that of a VM that has not been provisioned
        at all.
    .PARAMETER Context
        The context of the guest.
    .OUTPUTS
        PSCustomObject of strings: vm, machine (SMBIOS UUID), phase (waiting, applying, finishing, done), run, kid,
        progress, step, code and field (last published), finished (steps, separated by commas), restarts (a count), and joining
        (not empty once a domain join has started).
    #>
    [CmdletBinding()]
    [OutputType([PSCustomObject])]
    param(
        [Parameter(Mandatory = $true)] [PSCustomObject] $Context
    )
    $state = [PSCustomObject]@{
        vm = $Context.Vm
        machine = ''
        phase = 'waiting'
        run = ''
        kid = ''
        progress = ''
        step = 'Hostname'
        code = 'None'
        field = ''
        finished = ''
        restarts = '0'
        joining = ''
    }
    $text = Get-HvoFileContent -Path $Context.State
    if (-not $text) { return $state }
    try {
        $saved = ConvertFrom-HvoJsonText -Text $text
    } catch [FormatException] {
        return $state
    }
    if (-not (Test-HvoJsonString -Value $saved['vm'] -Expected $Context.Vm)) { return $state }
    foreach ($name in @($state.PSObject.Properties.Name)) {
        if ($saved.ContainsKey($name)) { $state.$name = $saved[$name] }
    }
    return $state
}
