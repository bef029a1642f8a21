function Get-HvoListenerCheck {
    <#
    .SYNOPSIS
        Returns the row of WinRM's listeners.
    .OUTPUTS
        Ordered dictionary (see New-HvoCheckRow).
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()
    $listeners = @(Get-WSManInstance -ResourceURI 'winrm/config/listener' -Enumerate -ErrorAction Stop)
    $shown, $https = @(), $false
    foreach ($one in $listeners) {
        $enabled = [string](Get-HvoProperty $one 'Enabled' -Default 'true') -eq 'true'
        $transport = ([string]$one.Transport).ToUpperInvariant()
        if ($enabled -and $transport -ceq 'HTTPS') { $https = $true }
        $shown += "$transport on port $($one.Port)$(if (-not $enabled) { ' (disabled)' })"
    }
    $observed = if ($shown.Count) { $shown -join ', ' } else { 'none' }
    $state = if ($https) { 'ok' } else { 'warning' }
    return New-HvoCheckRow -Id WinRMListener -State $state -Observed $observed -Expected 'a listener for HTTPS'
}
