function Get-HvoGuestState {
    <#
    .SYNOPSIS
    Reads how far the guest is with this VM.
    .PARAMETER Context
    The guest's context.
    .OUTPUTS
    System.Collections.Hashtable of strings: vm, machine (the firmware's number), phase (waiting, applying, finishing,
    done), run, kid, progress, step and code (what was told last), finished (steps, comma-separated), restarts, and joining
    (not empty once a domain join was begun). A state that is missing, of another VM or unreadable is that of a VM nothing
    has been done for.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory = $true)] [hashtable] $Context
    )
    $fresh = @{ vm = $Context.Vm; machine = ''; phase = 'waiting'; run = ''; kid = ''; progress = ''; step = 'Hostname'; code = 'None'
        finished = ''; restarts = '0'; joining = ''
    }
    $text = Get-HvoFileContent -Path $Context.State
    if (-not $text) { return $fresh }
    try { $read = ConvertFrom-HvoJsonText -Text $text }
    catch [FormatException] { return $fresh }
    if (-not (Test-HvoJsonString -Value $read['vm'] -Expected $Context.Vm)) { return $fresh }
    foreach ($name in @($fresh.Keys)) {
        if (-not $read.ContainsKey($name)) { $read[$name] = $fresh[$name] }
    }
    $read
}
