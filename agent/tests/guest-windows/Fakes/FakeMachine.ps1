# A Windows VM in memory: what the guest's border and the commands of Windows read and change. It counts the changes, and can
# have the guest's process end before or after any of them.

function New-FakeMachine {
    <#
    .SYNOPSIS
    Starts a machine anew, as a freshly cloned image at its first boot, in $global:HvoFake.
    #>
    param([string] $Vm = '5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d', [string] $Number = 'B1051000-0000-4000-8000-000000000001')
    $global:HvoFake = @{
        Registry = @{ 'SOFTWARE\Microsoft\Virtual Machine\Guest\Parameters|VirtualMachineId' = $Vm.ToUpperInvariant() }
        Keys = @{}
        Files = @{}
        Folders = [System.Collections.ArrayList]::new()
        Log = [System.Collections.ArrayList]::new()
        BootMark = $false
        Number = $Number
        Name = 'WIN-IMAGE'
        ActiveName = 'WIN-IMAGE'
        Accounts = @(@{ Name = 'Administrator'; SID = 'S-1-5-21-1-2-3-500'; Enabled = $true; Password = 'image' })
        Administrators = [System.Collections.ArrayList]@('Administrator')
        Adapters = @(@{ ifIndex = 7; Status = 'Up' })
        Dhcp = 'Enabled'
        Addresses = @(@{ IPAddress = '10.20.30.99'; PrefixLength = 24; AddressState = 'Preferred' })
        Routes = @('10.20.30.1')
        Servers = @('10.20.30.1')
        Suffix = ''
        Domain = 'WORKGROUP'
        Joins = [System.Collections.ArrayList]::new()
        JoinError = @()
        AnswersAs = ''
        AddressState = 'Preferred'
        PolicyRefusesPassword = $false
        Discs = @()
        Restarts = 0
        RestartsAsked = 0
        JoinedAt = -1
        Slept = 0
        OnSleep = { $null }
        Changes = [System.Collections.ArrayList]::new()
        Count = 0
        KillAt = 0
        KillAfter = $false
        Killed = $false
    }
}

function New-FakeRsa {
    <#
    .SYNOPSIS
    Makes an RSA object that knows OAEP with SHA-256 in either PowerShell.
    #>
    if ($PSVersionTable.PSEdition -eq 'Desktop') { return [System.Security.Cryptography.RSACng]::new(2048) }
    [System.Security.Cryptography.RSA]::Create(2048)
}

function Get-FakeKey {
    <#
    .SYNOPSIS
    Returns the next of a few keys, as making one takes long.
    #>
    if (-not (Test-Path -Path variable:global:HvoFakeKeys)) {
        $global:HvoFakeKeys = 1..4 | ForEach-Object { New-FakeRsa }
        $global:HvoFakeKeyNumber = 0
    }
    $global:HvoFakeKeyNumber++
    $global:HvoFakeKeys[$global:HvoFakeKeyNumber % 4]
}

function Assert-FakeAlive {
    <#
    .SYNOPSIS
    A process that has been ended reads and changes nothing any more, whatever it catches.
    #>
    if ($global:HvoFake.Killed) { throw 'The process has been ended.' }
}

function Invoke-FakeChange {
    <#
    .SYNOPSIS
    Makes one change, unless the process is to end before it; ends it after it where that is asked for.
    #>
    param([string] $FakeChangeName, [scriptblock] $FakeChangeScript)
    Assert-FakeAlive
    $fake = $global:HvoFake
    $fake.Count++
    $dies = $fake.Count -eq $fake.KillAt
    if ($dies -and -not $fake.KillAfter) { $fake.Killed = $true; Assert-FakeAlive }
    & $FakeChangeScript
    $null = $fake.Changes.Add($FakeChangeName)
    if ($dies) { $fake.Killed = $true; Assert-FakeAlive }
}

function Start-FakeBoot {
    <#
    .SYNOPSIS
    Restarts the machine.
    #>
    $fake = $global:HvoFake
    $fake.Restarts++
    $fake.BootMark = $false
    $fake.ActiveName = $fake.Name
}

function Get-FakeRegistry {
    <#
    .SYNOPSIS
    Reads a value of the pool of the guest's posts or of the host's data.
    #>
    param([string] $Pool, [string] $Name)
    $global:HvoFake.Registry["SOFTWARE\Microsoft\Virtual Machine\$Pool|$Name"]
}

function Invoke-FakeLife {
    <#
    .SYNOPSIS
    Has the guest run from boot to boot until it says that it is finished.
    .OUTPUTS
    What Invoke-HvoGuest returned last.
    #>
    param([switch] $BootAfterKill)
    $fake = $global:HvoFake
    for ($boot = 0; $boot -lt 20; $boot++) {
        $result = $null
        try { $result = Invoke-HvoGuest -Root '/hvo' }
        catch { if (-not $fake.Killed) { throw } }
        if ($fake.Killed) {
            $fake.Killed = $false
            $fake.KillAt = 0
            if ($BootAfterKill) { Start-FakeBoot }
        }
        elseif ($result -ceq 'Restart') { Start-FakeBoot }
        elseif ($result -cne 'Moved') { return $result }
    }
    throw 'The guest came to no end.'
}
